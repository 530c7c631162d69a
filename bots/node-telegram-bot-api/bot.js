// An echo bot on node-telegram-bot-api: BOT_TOKEN, TELEGRAM_API_ROOT, and BOT_HANDLER_SECONDS for slow work.

const { setTimeout: pause } = require("node:timers/promises");
const TelegramBot = require("node-telegram-bot-api");

const work = 1000 * Number(process.env.BOT_HANDLER_SECONDS ?? "0");
const bot = new TelegramBot(process.env.BOT_TOKEN, { polling: true, baseApiUrl: process.env.TELEGRAM_API_ROOT });

bot.on("message", async (message) => {
  await pause(work);
  await bot.sendMessage(message.chat.id, message.text);
});
bot.on("polling_error", (error) => console.error(error.message));
