// The echo bot on grammY with its runner, which waits for the handlers and leaves nothing to be answered again.

const { setTimeout: pause } = require("node:timers/promises");
const { Bot } = require("grammy");
const { run } = require("@grammyjs/runner");

const work = 1000 * Number(process.env.BOT_HANDLER_SECONDS ?? "0");
const bot = new Bot(process.env.BOT_TOKEN, { client: { apiRoot: process.env.TELEGRAM_API_ROOT } });

bot.on("message:text", async (context) => {
  await pause(work);
  await context.reply(context.message.text);
});

const runner = run(bot);
const stop = () => runner.isRunning() && runner.stop();
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
