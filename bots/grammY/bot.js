// An echo bot on grammY: BOT_TOKEN, TELEGRAM_API_ROOT, and BOT_HANDLER_SECONDS for slow work.

const { setTimeout: pause } = require("node:timers/promises");
const { Bot } = require("grammy");

const work = 1000 * Number(process.env.BOT_HANDLER_SECONDS ?? "0");
const bot = new Bot(process.env.BOT_TOKEN, { client: { apiRoot: process.env.TELEGRAM_API_ROOT } });

bot.on("message:text", async (context) => {
  await pause(work);
  await context.reply(context.message.text);
});

process.once("SIGINT", () => bot.stop());
process.once("SIGTERM", () => bot.stop());
bot.start();
