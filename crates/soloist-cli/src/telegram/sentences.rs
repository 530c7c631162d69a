//! What the doctor can say of a bot, its server and its library.

use soloist::doctor::{Sentence, Severity};

const fn ok(name: &'static str, code: &'static str, message: &'static str) -> Sentence {
    Sentence { name, severity: Severity::Ok, code, message, remedy: "" }
}

const fn unreachable(name: &'static str, message: &'static str, remedy: &'static str) -> Sentence {
    Sentence { name, severity: Severity::Warning, code: "bot-unreachable", message, remedy }
}

const fn warning(name: &'static str, message: &'static str, remedy: &'static str) -> Sentence {
    Sentence { name, severity: Severity::Warning, code: name, message, remedy }
}

const fn error(name: &'static str, message: &'static str, remedy: &'static str) -> Sentence {
    Sentence { name, severity: Severity::Error, code: name, message, remedy }
}

/// Makes the constants, and the list of them that translations and documents are checked against.
macro_rules! sentences {
    ($($constant:ident = $sentence:expr;)*) => {
        $(pub(super) const $constant: Sentence = $sentence;)*
        #[cfg(test)]
        pub(crate) const SENTENCES: &[Sentence] = &[$($constant),*];
    };
}

sentences! {
    BOT = ok("bot", "bot", "the Bot API knows the token: the bot is @{name}, {id}");
    TOKEN = error(
        "bot-token",
        "the Bot API at {root} does not know the token in {variable} ({status}): it is wrong, or was revoked",
        "take the bot's token from @BotFather and put it into {variable}, in the environment or in the file of --env-file"
    );
    WEBHOOK = error(
        "bot-webhook",
        "a webhook is set, {url}: polling fails with 409 as long as it is; updates that wait: {count}",
        "call deleteWebhook of the Bot API once, or stop whoever sets the webhook"
    );
    PENDING = ok("bot-pending", "bot-pending", "no webhook is set; updates that wait: {count}");
    LATE = unreachable(
        "bot-late",
        "the Bot API at {root} did not answer within {seconds} s",
        "look at the network and the proxy, give it more time with --api-timeout, or leave it out with --offline"
    );
    NAME = unreachable(
        "bot-name",
        "no host of this name is found: {root}",
        "look at the network and at --api-root, or leave the Bot API out with --offline"
    );
    CONNECTION = unreachable(
        "bot-connection",
        "the connection to the Bot API at {root} failed: {reason}",
        "look at the network and at --api-root, or leave the Bot API out with --offline"
    );
    TLS = unreachable(
        "bot-tls",
        "no TLS connection to the Bot API at {root}: what answers there does not prove to be this host",
        "look at what stands between (a proxy, a provider, the clock); give no token to such a host"
    );
    PROXY = unreachable(
        "bot-proxy",
        "the proxy does not connect to the Bot API at {root}",
        "look at the variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY"
    );
    NONSENSE = unreachable(
        "bot-nonsense",
        "what answers at {root} is no Bot API",
        "look at --api-root and at the proxy"
    );
    REDIRECT = unreachable(
        "bot-redirect",
        "what answers at {root} sends elsewhere ({status}); the token does not follow",
        "name the place itself with --api-root"
    );
    BUSY = unreachable(
        "bot-busy",
        "the Bot API at {root} takes no calls now (429)",
        "ask again after {seconds} s"
    );
    STATUS = unreachable(
        "bot-status",
        "the Bot API at {root} answers {status}",
        "ask again later; a server of your own says why in its log"
    );
    LOCAL_SERVER = warning(
        "bot-local-server",
        "the Bot API is at {root}: a copy that polls at another server is told of no conflict, and takes updates away",
        "let every copy of the bot use the same server"
    );
    DRAINS = ok(
        "bot-library-drains",
        "bot-library",
        "{library} is used here ({file}): --stop-signal {signal} --grace {grace}; it then answers what it has fetched, \
         and only a kill loses that"
    );
    LOSES = ok(
        "bot-library-loses",
        "bot-library",
        "{library} is used here ({file}): --stop-signal {signal} --grace {grace}; whatever ends it, updates that it has \
         fetched and not answered yet can be lost"
    );
    REPEATS = ok(
        "bot-library-repeats",
        "bot-library",
        "{library} is used here ({file}): --stop-signal {signal} --grace {grace}; a kill loses nothing, but some updates \
         can be answered twice"
    );
    ON_SIGNAL = Sentence {
        remedy: "call {call} on SIGINT and SIGTERM, if the program does not yet",
        ..ok("bot-library-on-signal", "bot-library", "{library} handles no signal by itself")
    };
    REMOVES_AT_START = ok(
        "bot-library-removes-at-start",
        "bot-library",
        "{library} removes a webhook whenever it starts"
    );
    REMOVES_ON_CONFLICT = ok(
        "bot-library-removes-on-conflict",
        "bot-library",
        "{library} (before version 1) removes a webhook whenever another copy polls"
    );
    LIBRARY_ROOT = ok(
        "bot-library-root",
        "bot-library",
        "{library} is told of another server by: {setting}"
    );
    DROPS_PENDING = warning(
        "bot-drops-pending",
        "{file}, line {line}: what was written to the bot while it was down is thrown away at its start",
        "leave that setting out; what comes during a restart is then answered after it"
    );
}
