//! Which libraries a file tells of: a pure function of its name and its text.

use super::libraries::{Language, Library, named};
use super::manifest;

/// The language of a script, by its name or its first line.
pub(super) fn language(name: &str, text: &str) -> Option<Language> {
    let interpreter = text.lines().next().filter(|line| line.starts_with("#!")).unwrap_or_default();
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "py" | "pyw" => Some(Language::Python),
        "js" | "mjs" | "cjs" | "ts" | "mts" | "cts" => Some(Language::Node),
        _ if interpreter.contains("python") => Some(Language::Python),
        _ if ["node", "deno", "bun", "tsx"].iter().any(|name| interpreter.contains(name)) => {
            Some(Language::Node)
        }
        _ => None,
    }
}

/// The lists of dependencies that stand beside a program, or above it.
pub(super) fn manifests(language: Language) -> &'static [&'static str] {
    match language {
        Language::Python => &["requirements.txt", "pyproject.toml"],
        Language::Node => &["package.json"],
        Language::Rust => &["Cargo.toml"],
    }
}

/// The libraries that a list of dependencies names.
pub(super) fn in_manifest(language: Language, name: &str, text: &str) -> Vec<&'static Library> {
    let names = match name {
        "requirements.txt" => manifest::requirements(text),
        "package.json" => manifest::package_json(text),
        _ => manifest::toml(text),
    };
    // `teloxide.workspace = true`
    let is_of =
        |name: &String, package: &&str| name == package || name.strip_suffix("-workspace") == Some(package);
    named(language, |library| {
        library.packages.iter().any(|package| names.iter().any(|name| is_of(name, package)))
    })
}

/// The libraries that a script imports.
pub(super) fn in_script(language: Language, text: &str) -> Vec<&'static Library> {
    let imported = match language {
        Language::Python => python_imports(text),
        Language::Node => node_imports(text),
        Language::Rust => Vec::new(),
    };
    let is_imported = |module: &&str| imported.iter().any(|name| is_below(name, module));
    named(language, |library| library.modules.iter().any(is_imported))
}

/// `telegram.ext.filters` is below `telegram.ext`, `grammy/types` and `grammy@1` are below `grammy`.
fn is_below(name: &str, module: &str) -> bool {
    name.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/', '@']))
}

fn python_imports(text: &str) -> Vec<&str> {
    text.lines().flat_map(imports_of_line).collect()
}

fn imports_of_line(line: &str) -> Vec<&str> {
    fn first(text: &str) -> Option<&str> {
        text.split([' ', '\t', ';', '#']).find(|word| !word.is_empty())
    }
    let line = line.trim();
    match (line.strip_prefix("import "), line.strip_prefix("from ")) {
        (Some(modules), _) => modules.split(',').filter_map(first).collect(),
        (_, Some(module)) => first(module).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The names in `import … from "x"`, `import "x"`, `import("x")` and `require("x")`, without where they come from.
fn node_imports(text: &str) -> Vec<&str> {
    let is_import = |line: &&str| {
        let is_comment = line.starts_with("//") || line.starts_with('*');
        !is_comment && ["import", "require", "from"].iter().any(|word| line.contains(word))
    };
    let sources = ["npm:", "https://deno.land/x/", "https://esm.sh/", "jsr:"];
    let bare = |name| sources.iter().find_map(|source| str::strip_prefix(name, source)).unwrap_or(name);
    text.lines().map(str::trim).filter(is_import).flat_map(manifest::quoted).map(bare).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(language: Language, text: &str) -> Vec<&'static str> {
        in_script(language, text).iter().map(|library| library.name).collect()
    }

    #[test]
    fn python_scripts_are_known_by_their_imports() {
        for (text, expected) in [
            ("import aiogram", "aiogram"),
            ("from aiogram import Bot, Dispatcher", "aiogram"),
            ("    from aiogram.types import Message", "aiogram"),
            ("import asyncio, aiogram as a", "aiogram"),
            ("from telegram.ext import Application", "python-telegram-bot"),
            ("import telegram.ext as tg", "python-telegram-bot"),
            ("import telebot", "pyTelegramBotAPI"),
            ("from telebot.async_telebot import AsyncTeleBot", "pyTelegramBotAPI"),
        ] {
            assert_eq!(script(Language::Python, text), [expected], "{text}");
        }
        for text in
            ["# import aiogram", "import aiogrammar", "import x.aiogram", "x = 'aiogram'", "import telegram"]
        {
            assert!(script(Language::Python, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn node_scripts_are_known_by_their_imports() {
        for (text, expected) in [
            ("import { Bot } from \"grammy\";", "grammY"),
            ("import {\n  Bot,\n} from 'npm:grammy@1.46';", "grammY"),
            ("import { Bot } from \"https://deno.land/x/grammy@v1.46.0/mod.ts\"", "grammY"),
            ("import { Bot } from 'grammy'\nimport { run } from '@grammyjs/runner'", "grammY runner"),
            ("const { Telegraf } = require('telegraf')", "Telegraf"),
            ("const Bot = require(\"node-telegram-bot-api\")", "node-telegram-bot-api"),
            ("const { Telegraf } = await import('telegraf')", "Telegraf"),
        ] {
            assert_eq!(script(Language::Node, text), [expected], "{text}");
        }
        for text in ["// import 'grammy'", "const name = 'grammy'", "import x from 'grammys'"] {
            assert!(script(Language::Node, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn manifests_name_packages() {
        for (language, name, text, expected) in [
            (Language::Python, "requirements.txt", "aiogram==3.31\n", "aiogram"),
            (Language::Python, "requirements.txt", "pyTelegramBotAPI\n", "pyTelegramBotAPI"),
            (
                Language::Python,
                "pyproject.toml",
                "[project]\ndependencies = ['python-telegram-bot[x]']",
                "python-telegram-bot",
            ),
            (Language::Node, "package.json", r#"{"dependencies":{"telegraf":"4"}}"#, "Telegraf"),
            (
                Language::Node,
                "package.json",
                r#"{"dependencies":{"grammy":"1","@grammyjs/runner":"2"}}"#,
                "grammY runner",
            ),
            (Language::Rust, "Cargo.toml", "[dependencies]\nteloxide = \"0.17\"", "teloxide"),
            (Language::Rust, "Cargo.toml", "[dependencies]\nteloxide.workspace = true", "teloxide"),
            (Language::Rust, "Cargo.toml", "[workspace.dependencies]\nfrankenstein = '0.52'", "frankenstein"),
        ] {
            let found: Vec<_> =
                in_manifest(language, name, text).iter().map(|library| library.name).collect();
            assert_eq!(found, [expected], "{text}");
        }
        // What another language's library is called there is something else.
        assert!(in_manifest(Language::Python, "requirements.txt", "telegraf\n").is_empty());
    }

    #[test]
    fn languages_are_told_by_names_and_first_lines() {
        for (name, text, expected) in [
            ("main.py", "", Some(Language::Python)),
            ("bot.mjs", "", Some(Language::Node)),
            ("bot", "#!/usr/bin/env python3\n", Some(Language::Python)),
            ("bot", "#!/usr/bin/env -S deno run\n", Some(Language::Node)),
            ("bot.sh", "#!/bin/sh\n", None),
            ("bot", "\u{7f}ELF", None),
        ] {
            assert_eq!(language(name, text), expected, "{name} {text:?}");
        }
    }
}
