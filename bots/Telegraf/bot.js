// An echo bot on Telegraf: BOT_TOKEN, TELEGRAM_API_ROOT, and BOT_HANDLER_SECONDS for slow work.

const { setTimeout: pause } = require("node:timers/promises");
const { Telegraf } = require("telegraf");
const { message } = require("telegraf/filters");

const work = 1000 * Number(process.env.BOT_HANDLER_SECONDS ?? "0");
const bot = new Telegraf(process.env.BOT_TOKEN, { telegram: { apiRoot: process.env.TELEGRAM_API_ROOT } });

bot.on(message("text"), async (context) => {
  await pause(work);
  await context.reply(context.message.text);
});

process.once("SIGINT", () => bot.stop("SIGINT"));
process.once("SIGTERM", () => bot.stop("SIGTERM"));
bot.launch();
