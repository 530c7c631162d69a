//! Contract §3.9 and *origin*: what started an instance is recognised, and an incumbent that its supervisor would
//! start again is not ended. With the real supervisors; `cargo xtask test` installs them and names those that are
//! not on the PATH in `SOLOIST_SUPERVISORD` and `SOLOIST_PM2`. A test says so when it was skipped.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Actor, Process, Running, Sandbox};

const SOLOIST: &str = env!("CARGO_BIN_EXE_soloist");

/// A tool of the system, or the test says that it is skipped.
fn tool(name: &str) -> Option<PathBuf> {
    let places = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"].map(|place| Path::new(place).join(name));
    let found = places.into_iter().find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: {name} is not installed");
    }
    found
}

/// A tool that the environment names.
fn named(variable: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: {variable} names no program");
    }
    found
}

/// `status` says what started the instance.
#[track_caller]
fn started_by(sandbox: &Sandbox, kind: &str, name: &str) {
    let status = sandbox.soloist("status --json --name bot").exits(0).document();
    let origin = &status["holder"]["origin"];
    assert_eq!((origin["kind"].as_str(), origin["name"].as_str()), (Some(kind), Some(name)), "{status:#}");
}

/// The incumbent is refused with its supervisor's command, left alone, and stopped for good by that command.
#[track_caller]
fn is_left_to_its_supervisor(sandbox: &Sandbox, bot: &mut Actor, command: &str) {
    let refused = sandbox.soloist("run --replace --json --name bot -- python3 main.py").exits(77);
    assert!(refused.stderr.contains(command), "{}", refused.stderr);
    let conflict = refused.document();
    assert_eq!(conflict["remedy"], command, "{conflict:#}");
    let plan =
        sandbox.soloist("run --replace --dry-run --json --name bot -- python3 main.py").exits(0).document();
    assert_eq!((&plan["would"], &plan["candidates"][0]["verdict"]), (&"refuse".into(), &"spare".into()));
    let stopped = sandbox.soloist("stop --json --name bot").exits(77).document();
    assert!(stopped["processes"].as_array().unwrap().iter().all(|process| process["outcome"] == "managed"));
    assert!(bot.is_untouched());
    sandbox.program("sh -c").arg(command).exits(0);
    bot.wait_for_end();
    support::eventually("the end", || {
        (sandbox.soloist("status --name bot").outcome().code == Some(3)).then_some(())
    });
}

/// `--override-supervisor` insists; what the supervisor then starts again is refused by the claim.
#[track_caller]
fn can_be_overridden(sandbox: &Sandbox, bot: &mut Actor) {
    let words = "run --replace --override-supervisor --name bot -- python3 main.py";
    let (running, mut newer) = sandbox.starts(words);
    bot.hears("TERM");
    bot.wait_for_end();
    newer.exit(3);
    running.exits(3);
}

/// A service directory whose `run` starts the bot under soloist.
fn service(sandbox: &Sandbox) -> PathBuf {
    let project = sandbox.path("");
    let script =
        format!("#!/bin/sh\ncd {}\nexec {SOLOIST} run --name bot -- python3 main.py\n", project.display());
    fs::create_dir(sandbox.path("service")).unwrap();
    let run = sandbox.tool("run", &script);
    fs::rename(run, sandbox.path("service/run")).unwrap();
    sandbox.path("service")
}

/// Plays both scenes with a supervisor that watches a service directory.
fn watches(watcher: &str, kind: &str, stop: &str) {
    if tool(watcher).is_none() || tool(stop.split(' ').next().unwrap()).is_none() {
        return;
    }
    let sandbox = Sandbox::new();
    let place = service(&sandbox);
    let shown = place.display().to_string();
    let (running, mut bot) = sandbox.start(sandbox.program(watcher).arg(&place));
    started_by(&sandbox, "unknown", &format!("{kind}:{shown}"));
    is_left_to_its_supervisor(&sandbox, &mut bot, &format!("{stop} {shown}"));
    drop(running);
    let (_running, mut bot) = sandbox.start(sandbox.program(watcher).arg(&place));
    can_be_overridden(&sandbox, &mut bot);
}

#[test]
fn runit() {
    watches("runsv", "runit", "sv down");
}

#[test]
fn s6() {
    watches("s6-supervise", "s6", "s6-svc -d");
}

#[test]
fn daemontools() {
    watches("supervise", "daemontools", "svc -d");
}

fn supervisord_of(sandbox: &Sandbox, supervisord: &Path) -> (Running, Actor) {
    let root = sandbox.root();
    let settings = format!(
        "[supervisord]\nnodaemon=true\nlogfile={0}/s.log\npidfile={0}/s.pid\n\
         [unix_http_server]\nfile={0}/s.sock\n\
         [rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n\
         [supervisorctl]\nserverurl=unix://{0}/s.sock\n\
         [program:bot]\ncommand={SOLOIST} run --name bot -- python3 main.py\nautorestart=true\nstartsecs=0\n\
         startretries=1000\n",
        root.display()
    );
    let file = sandbox.file("supervisord.conf", settings);
    // As an administrator has it: the command finds its settings by itself.
    let control = supervisord.with_file_name("supervisorctl");
    let words = format!("#!/bin/sh\nexec {} -c {} \"$@\"\n", control.display(), file.display());
    sandbox.tool("supervisorctl", &words);
    sandbox.start(sandbox.invoke(supervisord).arg("-c").arg(&file))
}

#[test]
fn supervisord() {
    let Some(supervisord) = named("SOLOIST_SUPERVISORD") else { return };
    let sandbox = Sandbox::new();
    let (running, mut bot) = supervisord_of(&sandbox, &supervisord);
    started_by(&sandbox, "supervisord", "bot");
    is_left_to_its_supervisor(&sandbox, &mut bot, "supervisorctl stop bot");
    drop(running);
    let (_running, mut bot) = supervisord_of(&sandbox, &supervisord);
    can_be_overridden(&sandbox, &mut bot);
}

/// A bare program under a supervisor, a duplicate without a claim, is left alone too.
#[test]
fn a_bare_program_under_a_supervisor_is_left_alone() {
    let Some(runsv) = tool("runsv") else { return };
    let sandbox = Sandbox::new();
    let place = service(&sandbox);
    let project = sandbox.path("");
    fs::write(place.join("run"), format!("#!/bin/sh\ncd {}\nexec python3 main.py\n", project.display()))
        .unwrap();
    let (_running, mut bot) = sandbox.start(sandbox.invoke(runsv).arg(&place));
    let refused = sandbox.soloist("run --replace --json -- python3 main.py").exits(77).document();
    assert_eq!(refused["duplicates"][0]["pid"], bot.pid);
    assert_eq!(refused["remedy"], format!("sv down {}", place.display()));
    assert!(bot.is_untouched());
}

/// The daemon that `pm2` leaves in the background, ended with the test.
struct Daemon(Process);

impl Drop for Daemon {
    fn drop(&mut self) {
        self.0.signal(libc::SIGKILL);
    }
}

fn pm2_of(sandbox: &Sandbox, pm2: &Path) -> (Daemon, Actor) {
    let home = sandbox.root().join("pm2");
    // Its own interpreter is looked up on the PATH, which has what the system has.
    let words = format!("#!/bin/sh\nPM2_HOME={} exec {} \"$@\"\n", home.display(), pm2.display());
    sandbox.tool("pm2", &words);
    let start = ["start", SOLOIST, "--name", "bot", "--interpreter", "none", "--", "run", "--name", "bot"];
    let started = sandbox.program("pm2").args(start).args(["--", "python3", "main.py"]).exits(0);
    let pid = support::eventually("the daemon's number", || {
        fs::read_to_string(home.join("pm2.pid")).ok()?.parse().ok()
    });
    let daemon = Daemon(Process::open(pid).unwrap());
    drop(started);
    (daemon, sandbox.next_actor())
}

#[test]
fn pm2() {
    let Some(pm2) = named("SOLOIST_PM2") else { return };
    let sandbox = Sandbox::new();
    let (_daemon, mut bot) = pm2_of(&sandbox, &pm2);
    started_by(&sandbox, "pm2", "bot");
    is_left_to_its_supervisor(&sandbox, &mut bot, "pm2 stop bot");
    sandbox.program("pm2 restart bot").exits(0);
    let mut bot = sandbox.next_actor();
    can_be_overridden(&sandbox, &mut bot);
}

/// What nobody would start again may be replaced.
#[track_caller]
fn may_be_replaced(sandbox: &Sandbox, bot: &mut Actor) {
    let (running, mut newer) = sandbox.starts("run --replace --name bot -- python3 main.py");
    bot.hears("TERM");
    newer.exit(0);
    running.exits(0);
}

#[test]
fn tmux() {
    let Some(tmux) = tool("tmux") else { return };
    let sandbox = Sandbox::new();
    let command = format!("{SOLOIST} run --name bot -- python3 main.py");
    let start = ["-S", "tmux.sock", "-f", "/dev/null", "-D"];
    // In the foreground (-D) the server ends with the test.
    let _server = sandbox.invoke(&tmux).args(start).spawn();
    support::eventually("the server's socket", || sandbox.path("tmux.sock").exists().then_some(()));
    sandbox.invoke(&tmux).args(["-S", "tmux.sock", "new-session", "-d"]).arg(command).exits(0);
    let mut bot = sandbox.next_actor();
    started_by(&sandbox, "tmux", "%0");
    may_be_replaced(&sandbox, &mut bot);
}

#[test]
fn screen() {
    let Some(screen) = tool("screen") else { return };
    let sandbox = Sandbox::new();
    let place = sandbox.root().join("screens");
    fs::create_dir(&place).unwrap();
    fs::set_permissions(&place, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let words = ["-D", "-m", "-S", "bots", SOLOIST, "run", "--name", "bot", "--", "python3", "main.py"];
    let (running, mut bot) =
        sandbox.start(sandbox.invoke(screen).args(words).env("SCREENDIR", &place).env("TERM", "xterm"));
    started_by(&sandbox, "screen", &format!("{}.bots", running.pid()));
    may_be_replaced(&sandbox, &mut bot);
}

#[test]
fn a_terminal_and_ssh() {
    let Some(script) = tool("script") else { return };
    let command = format!("{SOLOIST} run --name bot -- python3 main.py");
    let sandbox = Sandbox::new();
    let words = ["-qc", command.as_str(), "/dev/null"];
    let (_running, mut bot) = sandbox.start(sandbox.invoke(&script).args(words));
    let status = sandbox.soloist("status --json --name bot").exits(0).document();
    assert_eq!(status["holder"]["origin"]["kind"], "terminal");
    may_be_replaced(&sandbox, &mut bot);
    let ssh = sandbox.invoke(&script).args(words).env("SSH_CONNECTION", "192.0.2.7 50000 192.0.2.1 22");
    let (_running, mut bot) = sandbox.start(ssh);
    started_by(&sandbox, "ssh", "192.0.2.7");
    may_be_replaced(&sandbox, &mut bot);
}

/// The real cron, in a mount namespace with a crontab, a spool and a run directory of its own.
#[test]
fn cron() {
    let (Some(cron), true) = (tool("cron"), support::process::is_root()) else { return };
    let sandbox = Sandbox::new();
    let words = format!("{SOLOIST} run --name bot -- python3 main.py");
    let variables = ["PATH", "HOME", "SOLOIST_STATE_DIR", "ACTOR_SOCKET", "ACTOR_WITNESS"];
    let exports: String = variables.map(|name| format!("export {name}='${name}'\n")).concat();
    let script = format!(
        "set -e\nfor place in /var/spool/cron /etc/cron.d /run; do mount -t tmpfs tmpfs $place; done\n\
         mount --bind /dev/null /etc/crontab 2>/dev/null || true\n\
         mkdir -p /var/spool/cron/crontabs\ncat > {0}/job <<END\n#!/bin/sh\n{exports}cd {1}\nexec {words}\nEND\n\
         chmod 755 {0}/job\nprintf '* * * * * root exec {0}/job\\n' > /etc/cron.d/bot\nexec {2} -f\n",
        sandbox.bin().display(),
        sandbox.path("").display(),
        cron.display()
    );
    let running = sandbox.program("unshare --mount --propagation private sh -c").arg(script).spawn();
    // It looks at its table once a minute.
    let mut bot = sandbox.next_actor_within(std::time::Duration::from_secs(90), &running);
    started_by(&sandbox, "cron", "cron");
    may_be_replaced(&sandbox, &mut bot);
}

/// A process that looks like a supervisor, and starts what it is told to.
fn looks_like(sandbox: &Sandbox, name: &str, variables: &[(&str, &str)]) -> (Running, Actor) {
    sandbox.script("starter.py");
    let starter = sandbox.program("python3 starter.py").without_env("ACTOR_WITNESS");
    let starter = variables.iter().fold(starter, |starter, (name, value)| starter.env(name, value));
    let (running, mut actor) = sandbox.start(starter);
    actor.order(&format!("comm {name}"));
    (running, actor)
}

const BARE: &str = "run --name bot --match none -- python3 main.py";

/// Below a supervisor (a notebook server, a web console), but at a terminal of its own: a person has started it, and
/// the supervisor would not start it again, although its variables have come along.
#[test]
fn a_terminal_below_a_supervisor_is_a_persons() {
    if tool("script").is_none() {
        return;
    }
    let sandbox = Sandbox::new();
    let variables = [("SUPERVISOR_ENABLED", "1"), ("SUPERVISOR_PROCESS_NAME", "notebook")];
    let (_running, mut above) = looks_like(&sandbox, "supervisord", &variables);
    let words = |name: &str| format!("{SOLOIST} {}", BARE.replace("bot", name));
    let without: Vec<String> = words("plain").split(' ').map(str::to_owned).collect();
    above.order(&format!("spawn {}", serde_json::json!(without)));
    let mut plain = sandbox.next_actor();
    sandbox.soloist("run --replace --name plain --match none -- python3 main.py").exits(77);
    assert!(plain.is_untouched());
    let at_terminal = serde_json::json!(["script", "-qec", words("bot"), "/dev/null"]);
    above.order(&format!("spawn {at_terminal}"));
    let mut bot = sandbox.next_actor();
    let (new, mut newer) = sandbox.starts(&BARE.replace("run", "run --replace"));
    bot.hears("TERM");
    newer.exit(0);
    new.exits(0);
}

/// A name that somebody has given to an instance of pm2 is shown nowhere if it is a secret; its number stops it too.
#[test]
fn a_secret_in_a_name_is_not_shown() {
    const TOKEN: &str = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
    let sandbox = Sandbox::new();
    let (_running, mut above) = looks_like(&sandbox, "PM2 v6.0.8", &[("pm_id", "4"), ("name", TOKEN)]);
    let words: Vec<&str> = std::iter::once(SOLOIST).chain(BARE.split(' ')).collect();
    above.order(&format!("spawn {}", serde_json::json!(words)));
    let mut bot = sandbox.next_actor();
    let refused = sandbox.soloist(&BARE.replace("run", "run --replace --json")).exits(77);
    assert_eq!(refused.document()["remedy"], "pm2 stop 4");
    let mut seen = refused.all_output();
    for words in
        ["status --name bot", "status --json --name bot", "list", "list --json", "history --json --name bot"]
    {
        seen += &sandbox.soloist(words).outcome().all_output();
    }
    for file in fs::read_dir(sandbox.state()).unwrap() {
        seen += &fs::read_to_string(file.unwrap().path()).unwrap();
    }
    assert!(!seen.contains(&TOKEN[10..]), "{seen}");
    assert!(bot.is_untouched());
}
