//! What is known about interpreters and launchers, as data.
//!
//! Each row follows the program's own manual, which it names. A row may know too little (its command is then
//! not understood, and keyed by all its words), but never say something wrong: an option that is taken for
//! one without a value makes its value the program.

use super::Family;
use super::names::is_one_of;
use super::options::{Grammar, Means, Opt, Takes};

/// An interpreter, or several that read the same arguments.
pub(super) struct InterpreterRow {
    pub(super) family: Family,
    /// Base names (`#` is an optional version).
    pub(super) names: &'static str,
    /// Under another interpreter, a script of such a name is this interpreter (`node …/.bin/tsx main.ts`).
    pub(super) script_of: Option<Family>,
    pub(super) grammar: Grammar,
    /// Sub-commands that only say "run the file".
    pub(super) run_words: &'static str,
    /// Operands that are sub-commands which run no file.
    pub(super) other_words: &'static str,
    pub(super) operand: Operand,
}

/// What the first operand of an interpreter is.
#[derive(Clone, Copy)]
pub(super) enum Operand {
    /// The program's file.
    File,
    /// A file whose extension may be missing, or a directory.
    NodeEntry,
    /// A file if it looks like one.
    DenoFile,
    /// See [`Operand::DenoFile`] and [`Operand::NodeEntry`].
    BunEntry,
    /// A `.jar` after `-jar`, else a `.java` file.
    JarOrSource,
    /// A `.dll` or `.exe`.
    Assembly,
    /// Not the program.
    Nothing,
}

/// A program that starts the command in its arguments.
pub(super) struct LauncherRow {
    /// What [`super::Invocation::launchers`] says.
    pub(super) name: &'static str,
    /// Base names (`#` is an optional version).
    pub(super) names: &'static str,
    /// Under an interpreter of this family, a script or module of such a name is this launcher.
    pub(super) script_of: Option<Family>,
    /// Options before the sub-command.
    pub(super) before: Grammar,
    /// One of these sub-commands must follow, if there are any.
    pub(super) run_words: &'static str,
    pub(super) grammar: Grammar,
    /// How many words it takes before the command.
    pub(super) operands: usize,
    /// Whether `NAME=VALUE` words may stand before the command.
    pub(super) assignments: bool,
    pub(super) then: Then,
    pub(super) searches: Searches,
}

/// What follows the options and operands of a launcher.
#[derive(Clone, Copy)]
pub(super) enum Then {
    /// A command.
    Command,
    /// A Python file (`uv run main.py`), or a command.
    PythonOrCommand,
    /// A Python file, or a command, or a name that the project gives a meaning.
    PythonOrKnown,
    /// The name of a package with a command of the same name.
    Package,
    /// An applet of busybox.
    Applet,
    /// A command, or `-c` and a text for the shell.
    CommandOrText,
    /// A user, and perhaps a text for the shell.
    Account,
}

/// Where a launcher looks before `PATH`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Searches {
    /// Nowhere.
    Path,
    /// `node_modules/.bin`.
    NodeModules,
    /// The project's virtual environment.
    VirtualEnvironment,
}

/// A name that the tables know.
pub(super) enum Front {
    Interpreter(&'static InterpreterRow),
    Launcher(&'static LauncherRow),
    Tool,
}

impl Front {
    pub(super) fn script_of(&self) -> Option<Family> {
        match self {
            Self::Interpreter(row) => row.script_of,
            Self::Launcher(row) => row.script_of,
            Self::Tool => None,
        }
    }
}

/// Looks up a base name.
pub(super) fn front(name: &[u8]) -> Option<Front> {
    if !may_be_known(name) {
        return None;
    }
    let interpreter = || INTERPRETERS.iter().find(|row| is_one_of(name, row.names)).map(Front::Interpreter);
    let launcher = || LAUNCHERS.iter().find(|row| is_one_of(name, row.names)).map(Front::Launcher);
    let tool = || is_one_of(name, TOOLS).then_some(Front::Tool);
    interpreter().or_else(launcher).or_else(tool)
}

/// Every process of the machine is asked for its name, and nearly all are told from ours by the letters that it begins
/// with: a known name and its pattern have them in common, for a version begins with a digit or a dash.
fn may_be_known(name: &[u8]) -> bool {
    let mut letters = Letters::NONE;
    for &byte in name.iter().take_while(|byte| byte.is_ascii_alphabetic()) {
        letters = letters.and(byte);
    }
    letters.are_in(&BEGINNINGS)
}

/// The first letters of a name, as the number of a bit (FNV-1a, folded).
#[derive(Clone, Copy)]
struct Letters(u32);

/// One bit in a few dozen is set.
type Bits = [u64; 128];

impl Letters {
    const NONE: Self = Self(0x811c_9dc5);

    const fn and(self, byte: u8) -> Self {
        Self((self.0 ^ byte as u32).wrapping_mul(0x0100_0193))
    }

    const fn bit(self) -> (usize, u64) {
        let number = (self.0 ^ (self.0 >> 16)) as usize % (size_of::<Bits>() * 8);
        (number / 64, 1 << (number % 64))
    }

    const fn are_in(self, bits: &Bits) -> bool {
        let (word, bit) = self.bit();
        bits[word] & bit != 0
    }
}

/// The first letters of all known names.
static BEGINNINGS: Bits = beginnings();

const fn beginnings() -> Bits {
    let mut bits = add_names([0; 128], TOOLS.as_bytes());
    let mut row = 0;
    while row < INTERPRETERS.len() {
        bits = add_names(bits, INTERPRETERS[row].names.as_bytes());
        row += 1;
    }
    row = 0;
    while row < LAUNCHERS.len() {
        bits = add_names(bits, LAUNCHERS[row].names.as_bytes());
        row += 1;
    }
    bits
}

const fn add_names(mut bits: Bits, names: &[u8]) -> Bits {
    let mut at = 0;
    while at < names.len() {
        let mut letters = Letters::NONE;
        while at < names.len() && names[at].is_ascii_alphabetic() {
            letters = letters.and(names[at]);
            at += 1;
        }
        let (word, bit) = letters.bit();
        bits[word] |= bit;
        while at < names.len() && !names[at].is_ascii_whitespace() {
            at += 1;
        }
        while at < names.len() && names[at].is_ascii_whitespace() {
            at += 1;
        }
    }
    bits
}

/// Looks up a launcher by the name that an invocation gives it.
pub(super) fn launcher(name: &str) -> Option<&'static LauncherRow> {
    LAUNCHERS.iter().find(|row| row.name == name)
}

/// The executable files of a family, without versions and variants.
pub(super) const fn executables(family: Family) -> &'static str {
    match family {
        Family::Python => "python pythonw pypy py pyw graalpy",
        Family::Node => "node nodejs",
        Family::Deno => "deno",
        Family::Bun => "bun",
        Family::Ruby => "ruby",
        Family::Perl => "perl",
        Family::Php => "php",
        Family::Shell => "sh bash rbash dash ash zsh ksh mksh lksh pdksh oksh yash fish busybox toybox",
        Family::Java => "java javaw",
        Family::Dotnet => "dotnet",
        Family::Lua => "lua luajit",
        Family::R => "r rscript",
        Family::Julia => "julia",
    }
}

const fn flags(spelled: &'static str) -> Opt {
    Opt { spelled, takes: Takes::Nothing, means: Means::Nothing }
}

const fn values(spelled: &'static str) -> Opt {
    Opt { spelled, takes: Takes::Value, means: Means::Nothing }
}

/// Their values stand in the same word, or are left out.
const fn attached(spelled: &'static str) -> Opt {
    Opt { spelled, takes: Takes::Attached, means: Means::Nothing }
}

/// With these there is no file to look for.
const fn whole(spelled: &'static str) -> Opt {
    Opt { spelled, takes: Takes::Attached, means: Means::Whole }
}

const fn flag_that(spelled: &'static str, means: Means) -> Opt {
    Opt { spelled, takes: Takes::Nothing, means }
}

const fn value_that(spelled: &'static str, means: Means) -> Opt {
    Opt { spelled, takes: Takes::Value, means }
}

/// Letters can be combined (getopt(3), clap).
const fn letters(options: &'static [Opt]) -> Grammar {
    Grammar { options, clusters: true, unknown_long_is_flag: false, plus: false, permutes: false }
}

/// Each word is one option.
const fn whole_words(options: &'static [Opt]) -> Grammar {
    Grammar { clusters: false, ..letters(options) }
}

/// Options may stand behind operands, up to a `--` (GNU getopt(3)).
const fn permuting(options: &'static [Opt]) -> Grammar {
    Grammar { permutes: true, ..letters(options) }
}

const NO_OPTIONS: Grammar = letters(&[]);

// Interpreters.

const INTERPRETER: InterpreterRow = InterpreterRow {
    family: Family::Python,
    names: "",
    script_of: None,
    grammar: NO_OPTIONS,
    run_words: "",
    other_words: "",
    operand: Operand::File,
};

/// Every known interpreter.
pub(super) const INTERPRETERS: &[InterpreterRow] = &[
    InterpreterRow {
        family: Family::Python,
        names: "python# pythonw# pypy# graalpy# Python",
        grammar: letters(PYTHON),
        ..INTERPRETER
    },
    InterpreterRow {
        family: Family::Python,
        names: "py pyw",
        grammar: letters(PYTHON_LAUNCHER),
        ..INTERPRETER
    },
    InterpreterRow {
        family: Family::Node,
        names: "node# nodejs",
        grammar: NODE,
        other_words: "inspect debug",
        operand: Operand::NodeEntry,
        ..INTERPRETER
    },
    InterpreterRow {
        family: Family::Node,
        names: "tsx",
        script_of: Some(Family::Node),
        grammar: whole_words(TSX),
        other_words: "watch",
        operand: Operand::NodeEntry,
        ..INTERPRETER
    },
    InterpreterRow {
        family: Family::Node,
        names: "ts-node",
        script_of: Some(Family::Node),
        grammar: whole_words(TS_NODE),
        operand: Operand::NodeEntry,
        ..INTERPRETER
    },
    InterpreterRow {
        family: Family::Deno,
        names: "deno",
        grammar: letters(DENO),
        run_words: "run",
        operand: Operand::DenoFile,
        ..INTERPRETER
    },
    InterpreterRow {
        family: Family::Bun,
        names: "bun",
        grammar: letters(BUN),
        run_words: "run",
        operand: Operand::BunEntry,
        ..INTERPRETER
    },
    InterpreterRow { family: Family::Ruby, names: "ruby#", grammar: letters(RUBY), ..INTERPRETER },
    InterpreterRow { family: Family::Perl, names: "perl#", grammar: letters(PERL), ..INTERPRETER },
    InterpreterRow { family: Family::Php, names: "php# php-cli", grammar: letters(PHP), ..INTERPRETER },
    InterpreterRow {
        family: Family::Shell,
        names: "sh bash rbash dash ash zsh ksh ksh93 mksh lksh pdksh oksh yash",
        grammar: Grammar { plus: true, ..letters(SHELL) },
        ..INTERPRETER
    },
    InterpreterRow { family: Family::Shell, names: "fish", grammar: letters(FISH), ..INTERPRETER },
    InterpreterRow {
        family: Family::Java,
        names: "java javaw",
        grammar: whole_words(JAVA),
        operand: Operand::JarOrSource,
        ..INTERPRETER
    },
    InterpreterRow {
        family: Family::Dotnet,
        names: "dotnet",
        grammar: whole_words(DOTNET),
        run_words: "exec",
        operand: Operand::Assembly,
        ..INTERPRETER
    },
    InterpreterRow { family: Family::Lua, names: "lua# luajit#", grammar: letters(LUA), ..INTERPRETER },
    InterpreterRow { family: Family::R, names: "Rscript", grammar: whole_words(RSCRIPT), ..INTERPRETER },
    InterpreterRow {
        family: Family::R,
        names: "R",
        grammar: whole_words(R),
        operand: Operand::Nothing,
        ..INTERPRETER
    },
    InterpreterRow { family: Family::Julia, names: "julia", grammar: letters(JULIA), ..INTERPRETER },
];

/// python(1), `python --help-all`; the letters `3 Q R t U` are Python 2's.
const PYTHON: &[Opt] = &[
    flags("-b -B -d -i -O -q -u -v -x -3 -R -t -U"),
    values("-W -X -Q --check-hash-based-pycs"),
    value_that("-m", Means::Module),
    flag_that("-I", Means::Isolated),
    flag_that("-E", Means::IgnoreEnvironment),
    flag_that("-P", Means::SafePath),
    flag_that("-s", Means::NoUserSite),
    flag_that("-S", Means::NoSite),
    whole("-c -h -? -V --help --help-all --help-env --help-xoptions --version"),
];

/// The Windows launcher, PEP 397 and `py --help`; the rest are Python's.
const PYTHON_LAUNCHER: &[Opt] = &[
    flags("-2* -3* -V:*"),
    whole("-0 -0p --list --list-paths -c -h -? -V --help --version"),
    flags("-b -B -d -i -O -q -u -v -x"),
    values("-W -X --check-hash-based-pycs"),
    value_that("-m", Means::Module),
    flag_that("-I", Means::Isolated),
    flag_that("-E", Means::IgnoreEnvironment),
    flag_that("-P", Means::SafePath),
    flag_that("-s", Means::NoUserSite),
    flag_that("-S", Means::NoSite),
];

/// node(1), `node --help`. A long option that is not here takes no next word: the others are V8's, which
/// want `=`.
const NODE: Grammar = Grammar {
    unknown_long_is_flag: true,
    ..whole_words(&[
        values(
            "-r --require --import --loader --experimental-loader -C --conditions --env-file \
             --env-file-if-exists --title --input-type --experimental-default-type --icu-data-dir \
             --openssl-config --inspect-port --debug-port --inspect-publish-uid --max-http-header-size \
             --dns-result-order --network-family-autoselection-attempt-timeout --unhandled-rejections \
             --disable-warning --disable-proto --redirect-warnings --report-dir --report-directory \
             --report-filename --report-signal --diagnostic-dir --cpu-prof-dir --cpu-prof-name \
             --cpu-prof-interval --heap-prof-dir --heap-prof-name --heap-prof-interval \
             --heapsnapshot-near-heap-limit --heapsnapshot-signal --secure-heap --secure-heap-min \
             --tls-cipher-list --tls-keylog --trace-event-categories --trace-event-file-pattern \
             --trace-require-module --v8-pool-size --use-largepages --watch-path --watch-kill-signal \
             --allow-fs-read --allow-fs-write --experimental-config-file --experimental-policy \
             --policy-integrity --localstorage-file --snapshot-blob --stack-trace-limit \
             --es-module-specifier-resolution --experimental-specifier-resolution",
        ),
        attached("--inspect --inspect-brk --inspect-wait --experimental-default-config-file"),
        whole(
            "-e -p -pe --eval --print -c --check -i --interactive -h --help -v --version --v8-options --test \
             --test-* --run --build-snapshot --build-snapshot-config --experimental-sea-config \
             --completion-bash --prof-process",
        ),
    ])
};

/// `tsx --help`; it hands Node's options on.
const TSX: &[Opt] = &[
    flags("--no-cache --enable-source-maps --no-warnings"),
    values("--tsconfig -r --require --import --env-file -C --conditions"),
    attached("--inspect --inspect-brk"),
    whole("-e -p --eval --print -h --help -v --version --test"),
];

/// `ts-node --help`.
const TS_NODE: &[Opt] = &[
    flags("-T --transpile-only --transpileOnly --esm --files --swc -s --script-mode --cwd-mode --cwdMode"),
    flags(
        "-H --compiler-host --compilerHost --pretty --skip-project --skipProject --skip-ignore --skipIgnore",
    ),
    flags("--prefer-ts-exts --preferTsExts --log-error --logError --type-check --emit --scope"),
    values("-P --project -C --compiler -O --compiler-options --compilerOptions -I --ignore --transpiler"),
    values("-D --ignore-diagnostics --ignoreDiagnostics -r --require --scopeDir"),
    whole("-e --eval -p --print -i --interactive -h --help -v --version --show-config --showConfig"),
];

/// `deno run --help`. `--lock` and its like take a next word in some versions only, so they are known with
/// `=` alone.
const DENO: &[Opt] = &[
    flags(
        "-A --allow-all --no-prompt --no-remote --no-npm --no-lock --no-config --no-code-cache \
         --no-clear-screen --cached-only -q --quiet --unstable --unstable-* --lock=* --lock-write --tunnel \
         --enable-testing-features-do-not-use --use-env-proxy",
    ),
    values(
        "-c --config --import-map --location --seed --cert --ext -L --log-level --conditions --preload \
         --require --min-dep-age --minimum-dependency-age --inspect-publish-uid --node-modules-linker",
    ),
    attached(
        "--allow-read --allow-write --allow-net --allow-env --allow-run --allow-sys --allow-ffi \
         --allow-hrtime --allow-import --allow-scripts --deny-read --deny-write --deny-net --deny-env \
         --deny-run --deny-sys --deny-ffi --deny-hrtime --deny-import -R -W -N -E -S -I --check --no-check \
         --frozen --reload -r --watch --watch-hmr --inspect --inspect-brk --inspect-wait \
         --node-modules-dir --vendor --v8-flags --env --env-file --strace-ops -P --permission-set \
         --watch-exclude --hmr --coverage --frozen-lockfile --ignore-env --ignore-read \
         --unsafely-ignore-certificate-errors",
    ),
    whole("-h --help -V --version"),
];

/// `bun --help`, `bun run --help`.
const BUN: &[Opt] = &[
    flags(
        "--watch --hot --smol --no-clear-screen --no-install -i --bun -b --silent --if-present \
         --prefer-offline --prefer-latest --no-deprecation --throw-deprecation --expose-gc \
         --preserve-symlinks --preserve-symlinks-main --no-macros --sql-preconnect --redis-preconnect \
         --no-addons --no-env-file --no-orphans --check --cpu-prof --cpu-prof-md --heap-prof --heap-prof-md \
         --no-warnings --trace-warnings --trace-deprecation --pending-deprecation --zero-fill-buffers \
         --use-system-ca --use-openssl-ca --use-bundled-ca --insecure-http-parser --no-ffi-cc \
         --jsx-side-effects --ignore-dce-annotations --experimental-*",
    ),
    values(
        "-r --preload --require --import --env-file -d --define --drop -l --loader --port --conditions \
         --main-fields --extension-order --tsconfig-override --jsx-factory --jsx-fragment \
         --jsx-import-source --jsx-runtime --fetch-preconnect --max-http-header-size --dns-result-order \
         --title --unhandled-rejections --console-depth --user-agent --install --elide-lines --shell \
         --watch-kill-signal --cpu-prof-name --cpu-prof-dir --cpu-prof-interval --heap-prof-name \
         --heap-prof-dir --heap-prof-interval --redirect-warnings --disable-warning --feature",
    ),
    attached("-c --config --inspect --inspect-wait --inspect-brk"),
    value_that("--cwd", Means::Directory),
    whole(
        "-e --eval -p --print -F --filter --workspaces --parallel --sequential --interactive --cron-* -h \
         --help -v --version --revision",
    ),
];

/// ruby(1). `-l`, `-0` and `-W` take digits that stand in the same word, so the digits are flags too.
const RUBY: &[Opt] = &[
    flags("-a -d -l -n -p -s -U -v -w -W -y -0 -1 -2 -3 -4 -5 -6 -7 -8 -9 -T"),
    flags("--debug --verbose --yydebug --jit --yjit --mjit --rjit --zjit --debug-frozen-string-literal"),
    flags("--jit-* --yjit-* --mjit-* --rjit-* --disable-* --enable-*"),
    values("-E -I -r --disable --enable --encoding --external-encoding --internal-encoding --parser"),
    values("--backtrace-limit"),
    attached("-F -K -i -x -:"),
    value_that("-C -X", Means::Directory),
    whole("-c -e -h -S --help --version --copyright --dump"),
];

/// perlrun(1). `-l` and `-0` take digits, and `-d` a `:MODULE`, that stand in the same word.
const PERL: &[Opt] = &[
    flags("-a -d -f -g -l -n -p -s -t -T -U -w -W -X -0 -1 -2 -3 -4 -5 -6 -7"),
    values("-I"),
    attached("-C -D -F -i -m -M -x -:"),
    whole("-c -e -E -h -S -u -v -V -?"),
];

/// php(1), `php --help`.
const PHP: &[Opt] = &[
    flags("-C -e -H -n -q --no-php-ini --no-header --hide-args --profile-info"),
    values("-c -d -z --php-ini --define --zend-extension"),
    value_that("-f --file", Means::File),
    whole(
        "-a -B -E -F -h -i -l -m -r -R -s -S -t -v -w -? --interactive --process-begin --process-end \
         --process-file --help --usage --info --syntax-check --modules --run --process-code \
         --syntax-highlight --server --docroot --version --strip --ini --rf --rc --re --rz --ri",
    ),
];

/// sh(1), bash(1), zsh(1), ksh(1).
const SHELL: &[Opt] = &[
    flags("-a -b -e -f -h -i -k -l -m -p -t -u -v -x -B -C -E -H -P -T -V"),
    flags("--login --noprofile --norc --noediting --posix --restricted --verbose --debugger -r"),
    values("--rcfile --init-file"),
    Opt { spelled: "-o -O", takes: Takes::NextWord, means: Means::Nothing },
    flag_that("-c", Means::ShellText),
    flag_that("-", Means::End),
    whole("-n -s -D --help --version --dump-strings --dump-po-strings --rpm-requires"),
];

/// fish(1).
const FISH: &[Opt] = &[
    flags("-i -l -N -P --interactive --login --no-config --private"),
    values("-d -f -o --debug --features --debug-output"),
    value_that("-c --command", Means::ShellText),
    whole("-C --init-command -n --no-execute -h --help -v --version -p --profile --profile-startup"),
];

/// java(1). The options with a value in the next word are those that the launcher's own source lists.
const JAVA: &[Opt] = &[
    flags(
        "-D* -X* -ea* -da* -enableassertions* -disableassertions* -esa -dsa -enablesystemassertions \
         -disablesystemassertions -agentlib:* -agentpath:* -javaagent:* -verbose* -splash:* -server \
         -client -d32 -d64 -showversion --show-version --enable-preview --show-module-resolution \
         --illegal-access --illegal-native-access --finalization --sun-misc-unsafe-memory-access \
         --disable-@files --dry-run",
    ),
    values(
        "-cp -classpath --class-path -p --module-path --upgrade-module-path --add-modules --limit-modules \
         --add-reads --add-exports --add-opens --patch-module --enable-native-access --source",
    ),
    flag_that("-jar", Means::OperandIsJar),
    whole(
        "-m --module -d --describe-module --list-modules --validate-modules -version --version -fullversion \
         --full-version -help --help --help-extra -h -?",
    ),
];

/// dotnet(1), "runtime options".
const DOTNET: &[Opt] = &[
    values(
        "--additionalprobingpath --additional-deps --depsfile --runtimeconfig --fx-version --roll-forward",
    ),
    values("--roll-forward-on-no-candidate-fx"),
    flags("-d --diagnostics"),
    whole("-h --help --info --version --list-sdks --list-runtimes"),
];

/// lua(1), luajit(1).
const LUA: &[Opt] = &[flags("-E -i -v -W"), values("-e -l -j"), attached("-O"), whole("-b -h -?")];

/// Rscript(1), and the options that R(1) takes without a next word.
const RSCRIPT: &[Opt] = &[
    flags("--verbose --no-* --vanilla --restore --save --slave --default-packages"),
    whole("-e --version --help"),
];

/// R(1); `Rscript bot.R A` becomes `R --no-echo --no-restore --file=bot.R --args A`.
const R: &[Opt] = &[
    flags(
        "--no-* --slave --silent -q --quiet --verbose --vanilla --save --restore --interactive --encoding=*",
    ),
    flags("--max-*"),
    value_that("-f --file", Means::File),
    flag_that("--args", Means::End),
    whole("-e -g --gui -d --debugger -h --help --version CMD"),
];

/// julia(1).
const JULIA: &[Opt] = &[
    flags(
        "-i -q --quiet --handle-signals=* --startup-file=* --history-file=* --color=* --compile=* --banner=*",
    ),
    flags(
        "--depwarn=* --warn-overwrite=* --inline=* --check-bounds=* --math-mode=* --optimize=* --pkgimages=*",
    ),
    values(
        "-J --sysimage -H --home -L --load -C --cpu-target -t --threads -p --procs --machine-file \
         --gcthreads",
    ),
    attached("-O -g --project --code-coverage --track-allocation"),
    whole("-e --eval -E --print -m -h --help -v --version"),
];

// Launchers.

/// The launcher that is soloist itself.
pub(super) const SOLOIST_RUN: &str = "soloist run";

const LAUNCHER: LauncherRow = LauncherRow {
    name: "",
    names: "",
    script_of: None,
    before: NO_OPTIONS,
    run_words: "",
    grammar: NO_OPTIONS,
    operands: 0,
    assignments: false,
    then: Then::Command,
    searches: Searches::Path,
};

/// What `sh` itself does with a command before it starts it (sh(1), special built-ins).
pub(super) const SHELL_LAUNCHERS: &[LauncherRow] = &[
    LauncherRow {
        name: "exec",
        names: "exec",
        grammar: letters(&[flags("-c -l"), values("-a")]),
        ..LAUNCHER
    },
    LauncherRow {
        name: "command",
        names: "command",
        grammar: letters(&[flags("-p"), whole("-v -V")]),
        ..LAUNCHER
    },
];

/// Every known launcher.
pub(super) const LAUNCHERS: &[LauncherRow] = &[
    // soloist's own contract, §4.
    LauncherRow {
        name: SOLOIST_RUN,
        names: "soloist",
        before: letters(&[flags("-q --quiet -v --verbose"), values("--log-format --lang")]),
        run_words: "run",
        grammar: letters(&[
            values(
                "--name --lock --telegram --env-file --stop-signal --grace --match --restart --preflight \
                 --conflict-exit-code --log-format --lang",
            ),
            attached("--wait"),
            flags(
                "--replace --no-kill --override-supervisor --exec --dry-run --json -q --quiet -v --verbose",
            ),
            whole("-h --help -V --version"),
        ]),
        ..LAUNCHER
    },
    // env(1): GNU, and the BSDs' -P, -L, -U.
    LauncherRow {
        name: "env",
        names: "env",
        grammar: letters(&[
            flags("-i - --ignore-environment -v --debug --list-signal-handling"),
            values("-u --unset -a --argv0 -P -L -U"),
            attached("--block-signal --default-signal --ignore-signal"),
            value_that("-C --chdir", Means::Directory),
            value_that("-S --split-string", Means::Split),
            whole("-0 --null --help --version"),
        ]),
        assignments: true,
        ..LAUNCHER
    },
    // nice(1); `nice -5` is the old spelling.
    LauncherRow {
        name: "nice",
        names: "nice",
        grammar: letters(&[
            flags("-0 -1 -2 -3 -4 -5 -6 -7 -8 -9"),
            values("-n --adjustment"),
            whole("--help --version"),
        ]),
        ..LAUNCHER
    },
    // ionice(1)
    LauncherRow {
        name: "ionice",
        names: "ionice",
        grammar: letters(&[
            flags("-t --ignore"),
            values("-c --class -n --classdata"),
            whole("-p --pid -P --pgid -u --uid -h --help -V --version"),
        ]),
        ..LAUNCHER
    },
    // chrt(1)
    LauncherRow {
        name: "chrt",
        names: "chrt",
        grammar: letters(&[
            flags("-a --all-tasks -b --batch -d --deadline -f --fifo -i --idle -o --other -r --rr"),
            flags("-R --reset-on-fork -v --verbose"),
            values("-T --sched-runtime -P --sched-period -D --sched-deadline"),
            whole("-m --max -p --pid -h --help -V --version"),
        ]),
        operands: 1,
        ..LAUNCHER
    },
    // taskset(1)
    LauncherRow {
        name: "taskset",
        names: "taskset",
        grammar: letters(&[flags("-a --all-tasks -c --cpu-list"), whole("-p --pid -h --help -V --version")]),
        operands: 1,
        ..LAUNCHER
    },
    // numactl(8)
    LauncherRow {
        name: "numactl",
        names: "numactl",
        grammar: letters(&[
            flags("-a --all -l --localalloc -b --balancing"),
            values("-i --interleave -m --membind -N --cpunodebind -C --physcpubind -p --preferred -P"),
            values("--preferred-many -w --weighted-interleave"),
            whole("-s --show -H --hardware -h --help"),
        ]),
        ..LAUNCHER
    },
    // prlimit(1)
    LauncherRow {
        name: "prlimit",
        names: "prlimit",
        grammar: letters(&[
            attached(
                "-c --core -d --data -e --nice -f --fsize -i --sigpending -l --memlock -m --rss -n --nofile",
            ),
            attached(
                "-q --msgqueue -r --rtprio -s --stack -t --cpu -u --nproc -v --as -x --locks -y --rttime",
            ),
            flags("--noheadings --raw --verbose"),
            values("-o --output"),
            whole("-p --pid -h --help -V --version"),
        ]),
        ..LAUNCHER
    },
    // choom(1)
    LauncherRow {
        name: "choom",
        names: "choom",
        grammar: letters(&[values("-n --adjust"), whole("-p --pid -h --help -V --version")]),
        ..LAUNCHER
    },
    // nohup(1)
    LauncherRow { name: "nohup", names: "nohup", grammar: letters(&[whole("--help --version")]), ..LAUNCHER },
    // timeout(1)
    LauncherRow {
        name: "timeout",
        names: "timeout",
        grammar: letters(&[
            flags("-f --foreground -p --preserve-status -v --verbose"),
            values("-k --kill-after -s --signal"),
            whole("--help --version"),
        ]),
        operands: 1,
        ..LAUNCHER
    },
    // setsid(1)
    LauncherRow {
        name: "setsid",
        names: "setsid",
        grammar: letters(&[flags("-c --ctty -f --fork -w --wait"), whole("-h --help -V --version")]),
        ..LAUNCHER
    },
    // stdbuf(1)
    LauncherRow {
        name: "stdbuf",
        names: "stdbuf",
        grammar: letters(&[values("-i --input -o --output -e --error"), whole("--help --version")]),
        ..LAUNCHER
    },
    // unbuffer(1)
    LauncherRow { name: "unbuffer", names: "unbuffer", grammar: letters(&[flags("-p")]), ..LAUNCHER },
    // time(1)
    LauncherRow {
        name: "time",
        names: "time",
        grammar: letters(&[
            flags("-a --append -p --portability -q --quiet -v --verbose"),
            values("-f --format -o --output"),
            whole("-h --help -V --version"),
        ]),
        ..LAUNCHER
    },
    // sudo(8). -i, -s without a command, -e and -R work elsewhere or on something else.
    LauncherRow {
        name: "sudo",
        names: "sudo",
        grammar: letters(&[
            flags("-A --askpass -b --background -B --bell -E -H --set-home -k --reset-timestamp -n"),
            flags("--non-interactive -N --no-update -P --preserve-groups -S --stdin -s --shell"),
            attached("--preserve-env"),
            values(
                "-C --close-from -g --group -h --host -p --prompt -r --role -t --type -T --command-timeout",
            ),
            values("-u --user"),
            value_that("-D --chdir", Means::Directory),
            whole("-e --edit -i --login -K --remove-timestamp -l --list -R --chroot -U --other-user"),
            whole("--help -v --validate -V --version"),
        ]),
        assignments: true,
        ..LAUNCHER
    },
    // doas(1)
    LauncherRow {
        name: "doas",
        names: "doas",
        grammar: letters(&[flags("-n"), values("-a -u"), whole("-C -L -s")]),
        ..LAUNCHER
    },
    // su(1). A login shell works in the user's home directory.
    LauncherRow { name: "su", names: "su", grammar: permuting(SU), then: Then::Account, ..LAUNCHER },
    // runuser(1)
    LauncherRow {
        name: "runuser",
        names: "runuser",
        grammar: permuting(RUNUSER),
        then: Then::Account,
        ..LAUNCHER
    },
    // setpriv(1)
    LauncherRow {
        name: "setpriv",
        names: "setpriv",
        grammar: letters(&[
            flags("--nnp --no-new-privs --clear-groups --keep-groups --init-groups --reset-env"),
            values(
                "--ambient-caps --inh-caps --bounding-set --ruid --euid --rgid --egid --reuid --regid \
                 --groups",
            ),
            values("--securebits --pdeathsig --ptracer --selinux-label --apparmor-profile"),
            values("--landlock-access --landlock-rule --seccomp-filter"),
            whole("-d --dump --list-caps -h --help -V --version"),
        ]),
        ..LAUNCHER
    },
    // chpst(8) of runit. -/ changes the root.
    LauncherRow {
        name: "chpst",
        names: "chpst",
        grammar: letters(&[
            flags("-v -P -0 -1 -2"),
            values("-u -U -b -e -n -l -L -m -d -o -p -f -c -r -t"),
            value_that("-C", Means::Directory),
            whole("-/ -V"),
        ]),
        ..LAUNCHER
    },
    // softlimit(8) of daemontools
    LauncherRow {
        name: "softlimit",
        names: "softlimit",
        grammar: letters(&[values("-a -c -d -f -l -m -o -p -r -s -t")]),
        ..LAUNCHER
    },
    // setuidgid(8) of daemontools
    LauncherRow { name: "setuidgid", names: "setuidgid s6-setuidgid", operands: 1, ..LAUNCHER },
    // envdir(8) of daemontools
    LauncherRow { name: "envdir", names: "envdir", operands: 1, ..LAUNCHER },
    // setlock(8) of daemontools
    LauncherRow {
        name: "setlock",
        names: "setlock",
        grammar: letters(&[flags("-n -N -x -X")]),
        operands: 1,
        ..LAUNCHER
    },
    // s6-setlock of s6
    LauncherRow {
        name: "s6-setlock",
        names: "s6-setlock",
        grammar: letters(&[flags("-n -N -r -w"), values("-t -d")]),
        operands: 1,
        ..LAUNCHER
    },
    // flock(1)
    LauncherRow {
        name: "flock",
        names: "flock",
        grammar: letters(&[
            flags("-s --shared -x -e --exclusive -n --nb --nonblock -o --close -F --no-fork --verbose"),
            flags("--fcntl"),
            values("-w --wait --timeout -E --conflict-exit-code"),
            whole("-u --unlock -h --help -V --version"),
        ]),
        operands: 1,
        then: Then::CommandOrText,
        ..LAUNCHER
    },
    // run-one(1)
    LauncherRow {
        name: "run-one",
        names: "run-one run-this-one run-one-constantly run-one-until-success run-one-until-failure \
                keep-one-running",
        ..LAUNCHER
    },
    // tini's README
    LauncherRow {
        name: "tini",
        names: "tini tini-static docker-init",
        grammar: letters(&[flags("-s -v -w -g"), values("-p -e"), whole("-h -l --version")]),
        ..LAUNCHER
    },
    // dumb-init's README
    LauncherRow {
        name: "dumb-init",
        names: "dumb-init",
        grammar: letters(&[
            flags("-c --single-child -v --verbose"),
            values("-r --rewrite"),
            whole("-h --help -V --version"),
        ]),
        ..LAUNCHER
    },
    // catatonit(1)
    LauncherRow {
        name: "catatonit",
        names: "catatonit",
        grammar: letters(&[flags("-g"), whole("-P -h -V -L --help --version")]),
        ..LAUNCHER
    },
    // gosu's README
    LauncherRow {
        name: "gosu",
        names: "gosu",
        grammar: letters(&[whole("-h --help -v --version")]),
        operands: 1,
        ..LAUNCHER
    },
    // su-exec's README
    LauncherRow { name: "su-exec", names: "su-exec", operands: 1, ..LAUNCHER },
    // busybox(1)
    LauncherRow {
        name: "busybox",
        names: "busybox toybox",
        grammar: letters(&[whole("--help --install --list --list-full --long --version")]),
        then: Then::Applet,
        ..LAUNCHER
    },
    // xvfb-run(1)
    LauncherRow {
        name: "xvfb-run",
        names: "xvfb-run",
        grammar: letters(&[
            flags("-a --auto-servernum -l --listen-tcp"),
            values(
                "-e --error-file -f --auth-file -n --server-num -p --xauth-protocol -s --server-args -w \
                 --wait",
            ),
            whole("-h --help"),
        ]),
        ..LAUNCHER
    },
    // dbus-run-session(1)
    LauncherRow {
        name: "dbus-run-session",
        names: "dbus-run-session",
        grammar: letters(&[values("--config-file --dbus-daemon"), whole("--help --version")]),
        ..LAUNCHER
    },
    // systemd-inhibit(1)
    LauncherRow {
        name: "systemd-inhibit",
        names: "systemd-inhibit",
        grammar: letters(&[
            flags("--no-pager --no-legend --no-ask-password"),
            values("--what --who --why --mode"),
            whole("--list -h --help --version"),
        ]),
        ..LAUNCHER
    },
    // systemd-cat(1)
    LauncherRow {
        name: "systemd-cat",
        names: "systemd-cat",
        grammar: letters(&[
            values("-t --identifier -p --priority --stderr-priority --level-prefix --namespace"),
            whole("-h --help --version"),
        ]),
        ..LAUNCHER
    },
    // caffeinate(8) of macOS
    LauncherRow {
        name: "caffeinate",
        names: "caffeinate",
        grammar: letters(&[flags("-d -i -m -s -u"), values("-t -w")]),
        ..LAUNCHER
    },
    // torsocks(1)
    LauncherRow {
        name: "torsocks",
        names: "torsocks",
        grammar: letters(&[
            flags("-i --isolate -d --debug -q --quiet"),
            whole("-h --help --version --shell"),
        ]),
        ..LAUNCHER
    },
    // proxychains-ng's README
    LauncherRow {
        name: "proxychains",
        names: "proxychains proxychains4",
        grammar: letters(&[flags("-q"), values("-f"), whole("--help")]),
        ..LAUNCHER
    },
    // uv's reference, "uv run"
    LauncherRow {
        name: "uv run",
        names: "uv",
        script_of: Some(Family::Python),
        before: letters(UV),
        run_words: "run",
        grammar: letters(UV_RUN),
        then: Then::PythonOrCommand,
        searches: Searches::VirtualEnvironment,
        ..LAUNCHER
    },
    // Poetry's documentation, "run"
    LauncherRow {
        name: "poetry run",
        names: "poetry",
        script_of: Some(Family::Python),
        before: letters(POETRY),
        run_words: "run",
        grammar: letters(POETRY),
        searches: Searches::VirtualEnvironment,
        ..LAUNCHER
    },
    // PDM's reference, "pdm run"
    LauncherRow {
        name: "pdm run",
        names: "pdm",
        script_of: Some(Family::Python),
        before: letters(&[
            flags("-q --quiet -v --verbose -I --ignore-python -n --non-interactive --no-cache"),
            values("-c --config"),
        ]),
        run_words: "run",
        grammar: letters(&[
            flags("-q --quiet -v --verbose -g --global -s --site-packages --recreate"),
            values("--venv -k --skip --env --env-file"),
            value_that("--working-dir", Means::Directory),
            whole("-p --project -l --list -j --json -h --help"),
        ]),
        then: Then::PythonOrKnown,
        searches: Searches::VirtualEnvironment,
        ..LAUNCHER
    },
    // Pipenv's documentation, "run"
    LauncherRow {
        name: "pipenv run",
        names: "pipenv",
        script_of: Some(Family::Python),
        before: letters(&[
            flags("-q --quiet -v --verbose --site-packages --no-site-packages --clear"),
            values("--python --pypi-mirror"),
        ]),
        run_words: "run",
        grammar: letters(&[flags("-q --quiet -v --verbose --system"), values("--python --pypi-mirror")]),
        then: Then::PythonOrKnown,
        searches: Searches::VirtualEnvironment,
        ..LAUNCHER
    },
    // Hatch's reference, "hatch run"; --project changes the directory.
    LauncherRow {
        name: "hatch run",
        names: "hatch",
        script_of: Some(Family::Python),
        before: letters(&[
            flags("-q --quiet -v --verbose --color --no-color --interactive --no-interactive"),
            values("-e --env --data-dir --cache-dir --config"),
        ]),
        run_words: "run",
        then: Then::PythonOrKnown,
        searches: Searches::VirtualEnvironment,
        ..LAUNCHER
    },
    // Rye's reference, "rye run"
    LauncherRow {
        name: "rye run",
        names: "rye",
        run_words: "run",
        grammar: letters(&[whole("-l --list --pyproject -h --help")]),
        then: Then::PythonOrKnown,
        searches: Searches::VirtualEnvironment,
        ..LAUNCHER
    },
    // conda's reference, "conda run"
    LauncherRow {
        name: "conda run",
        names: "conda mamba micromamba",
        script_of: Some(Family::Python),
        run_words: "run",
        grammar: letters(&[
            flags("-v --verbose --dev --debug-wrapper-scripts --no-capture-output --live-stream -s"),
            values("-n --name -p --prefix"),
            value_that("--cwd", Means::Directory),
            whole("-h --help"),
        ]),
        ..LAUNCHER
    },
    // pyenv's, rbenv's and nodenv's "exec"
    LauncherRow { name: "pyenv exec", names: "pyenv rbenv nodenv", run_words: "exec", ..LAUNCHER },
    // bundle-exec(1)
    LauncherRow {
        name: "bundle exec",
        names: "bundle bundler",
        script_of: Some(Family::Ruby),
        run_words: "exec",
        grammar: letters(&[flags("--keep-file-descriptors"), values("--gemfile")]),
        ..LAUNCHER
    },
    // npx(1)
    LauncherRow {
        name: "npx",
        names: "npx npx-cli.js pnpx bunx",
        script_of: Some(Family::Node),
        grammar: letters(NPX),
        then: Then::Package,
        searches: Searches::NodeModules,
        ..LAUNCHER
    },
    // npm-exec(1)
    LauncherRow {
        name: "npm exec",
        names: "npm npm-cli.js",
        script_of: Some(Family::Node),
        before: letters(&[flags("-s --silent -q --quiet -d --verbose")]),
        run_words: "exec x",
        grammar: letters(NPX),
        then: Then::Package,
        searches: Searches::NodeModules,
        ..LAUNCHER
    },
    // pnpm's documentation, "exec" and "dlx"
    LauncherRow {
        name: "pnpm exec",
        names: "pnpm pnpm.cjs",
        script_of: Some(Family::Node),
        before: letters(PNPM),
        run_words: "exec dlx",
        grammar: letters(PNPM),
        then: Then::Package,
        searches: Searches::NodeModules,
        ..LAUNCHER
    },
    // python-dotenv's "run"
    LauncherRow {
        name: "dotenv run",
        names: "dotenv",
        script_of: Some(Family::Python),
        before: letters(&[values("-f --file -q --quote -e --export")]),
        run_words: "run",
        grammar: letters(&[flags("--override --no-override"), whole("--help")]),
        ..LAUNCHER
    },
    // direnv(1), "exec DIR"
    LauncherRow { name: "direnv exec", names: "direnv", run_words: "exec", operands: 1, ..LAUNCHER },
    // doppler's reference, "run"
    LauncherRow {
        name: "doppler run",
        names: "doppler",
        run_words: "run",
        grammar: letters(&[
            flags(
                "--fallback-only --fallback-readonly --no-fallback --preserve-env --no-cache --silent \
                 --no-exit",
            ),
            values("-p --project -c --config -t --token --fallback --passphrase --name-transformer"),
            value_that("--command", Means::ShellText),
            whole("-h --help --mount --watch"),
        ]),
        ..LAUNCHER
    },
    // 1Password's reference, "op run"
    LauncherRow {
        name: "op run",
        names: "op",
        run_words: "run",
        grammar: letters(&[
            flags("--no-masking"),
            values("--env-file --account --environment"),
            whole("-h --help"),
        ]),
        ..LAUNCHER
    },
    // Infisical's reference, "run"
    LauncherRow {
        name: "infisical run",
        names: "infisical",
        run_words: "run",
        grammar: letters(&[
            values("--env --path --token --projectId --tags"),
            value_that("-c --command", Means::ShellText),
            whole("-h --help --watch"),
        ]),
        ..LAUNCHER
    },
    // ddtrace's documentation
    LauncherRow {
        name: "ddtrace-run",
        names: "ddtrace-run",
        script_of: Some(Family::Python),
        grammar: letters(&[flags("-d --debug -p --profiling"), whole("-h --help -i --info -v --version")]),
        ..LAUNCHER
    },
    // OpenTelemetry's documentation, "zero-code instrumentation"
    LauncherRow {
        name: "opentelemetry-instrument",
        names: "opentelemetry-instrument",
        script_of: Some(Family::Python),
        grammar: letters(&[
            values(
                "--traces_exporter --metrics_exporter --logs_exporter --service_name \
                 --exporter_otlp_endpoint",
            ),
            whole("-h --help --version"),
        ]),
        ..LAUNCHER
    },
    // New Relic's documentation, "newrelic-admin"
    LauncherRow {
        name: "newrelic-admin run-program",
        names: "newrelic-admin",
        script_of: Some(Family::Python),
        run_words: "run-program",
        ..LAUNCHER
    },
];

/// su(1).
const SU: &[Opt] = &[
    flags("-m -p --preserve-environment -f --fast -P --pty -T --no-pty"),
    values("-w --whitelist-environment -g --group -G --supp-group -s --shell"),
    value_that("-c --command --session-command", Means::ShellText),
    whole("- -l --login -h --help -V --version"),
];

/// runuser(1): the same, and `-u`, which makes the operands a command.
const RUNUSER: &[Opt] = &[
    flags("-m -p --preserve-environment -f --fast -P --pty -T --no-pty"),
    values("-w --whitelist-environment -g --group -G --supp-group -s --shell"),
    value_that("-c --command --session-command", Means::ShellText),
    whole("- -l --login -h --help -V --version"),
    value_that("-u --user", Means::User),
];

/// What uv takes before its sub-command.
const UV: &[Opt] = &[
    flags(
        "-q --quiet -v --verbose -n --no-cache --offline --no-offline --no-progress --no-config --native-tls",
    ),
    flags("--no-native-tls --system-certs --managed-python --no-managed-python --no-python-downloads"),
    flags("--allow-python-downloads --preview --no-preview --no-color"),
    values(
        "--cache-dir --config-file --color --project --allow-insecure-host --python-preference \
         --python-fetch",
    ),
    values("--preview-features --max-recursion-depth"),
    value_that("--directory", Means::Directory),
    whole("-h --help -V --version"),
];

/// The same and what `uv run` adds.
const UV_RUN: &[Opt] = &[
    flags(
        "-q --quiet -v --verbose -n --no-cache --offline --no-offline --no-progress --no-config --native-tls",
    ),
    flags("--no-native-tls --system-certs --managed-python --no-managed-python --no-python-downloads"),
    flags("--allow-python-downloads --preview --no-preview --no-color"),
    flags(
        "--all-extras --no-all-extras --dev --no-dev --only-dev --all-groups --no-default-groups \
         --no-editable",
    ),
    flags(
        "--editable --exact --inexact --no-env-file --isolated --active --no-active --no-sync --locked \
         --frozen",
    ),
    flags(
        "--all-packages --no-project --show-resolution --no-index --no-sources --no-build --no-binary \
         --build",
    ),
    flags("-U --upgrade --no-upgrade --refresh --no-refresh --reinstall --no-reinstall --compile-bytecode"),
    flags("--no-compile-bytecode --no-build-isolation --build-isolation --verify-hashes --no-verify-hashes"),
    flags("--require-build-hashes --no-require-build-hashes"),
    values(
        "--cache-dir --config-file --color --project --allow-insecure-host --python-preference \
         --python-fetch",
    ),
    values("--preview-features --max-recursion-depth"),
    values("--extra --no-extra --group --no-group --only-group --env-file -w --with --with-editable"),
    values(
        "--with-requirements --package --index --default-index -i --index-url --extra-index-url -f \
         --find-links",
    ),
    values(
        "--index-strategy --keyring-provider -P --upgrade-package --upgrade-group --resolution --prerelease",
    ),
    values(
        "--fork-strategy -C --config-setting --config-setting-package --config-settings-package --link-mode",
    ),
    values("--no-build-isolation-package --exclude-newer --exclude-newer-package --reinstall-package"),
    values("--refresh-package --no-build-package --no-binary-package --no-sources-package -p --python"),
    values("--python-platform --no-editable-package --prerelease-package"),
    value_that("--directory", Means::Directory),
    flag_that("-m --module", Means::OperandIsModule),
    flag_that("-s --script --gui-script", Means::OperandIsScript),
    whole("-h --help -V --version"),
];

/// Poetry takes its global options on both sides of the sub-command.
const POETRY: &[Opt] = &[
    flags("-q --quiet -v --verbose -n --no-interaction --ansi --no-ansi --no-plugins --no-cache"),
    values("-P --project"),
    value_that("-C --directory", Means::Directory),
    whole("-h --help -V --version"),
];

/// npx(1), npm-exec(1).
const NPX: &[Opt] = &[
    flags("-y --yes --no --no-install --ignore-existing -q --quiet -s --silent --prefer-offline --offline"),
    flags("--prefer-online --bun --verbose --no-audit --no-fund"),
    values("-p --package"),
    value_that("-c --call", Means::ShellText),
    whole(
        "-w --workspace --workspaces -ws --include-workspace-root -h --help -v --version --prefix -n \
         --node-arg",
    ),
];

/// pnpm(1).
const PNPM: &[Opt] = &[
    flags("-s --silent --color --no-color"),
    values("--package --reporter --loglevel"),
    value_that("-C --dir", Means::Directory),
    whole("-r --recursive -w --workspace-root -F --filter -c --shell-mode --parallel --help -h -v --version"),
];

/// Known, but what they run stands in a project's file, on another machine or in words that only they
/// understand.
pub(super) const TOOLS: &str = "
    yarn yarnpkg yarn.js corepack turbo nx lerna nodemon pm2 pm2-runtime forever
    make gmake ninja just task rake gradle gradlew mvn mvnw ant sbt bazel cargo go
    uvx pipx tox nox invoke honcho foreman overmind
    docker docker-compose podman podman-compose nerdctl kubectl systemd-run flatpak snap vagrant
    mise asdf aws-vault chamber
    ssh autossh mosh tmux screen script watch watchexec entr xargs parallel
    chroot unshare nsenter firejail bwrap
    tclsh wish expect guile racket sbcl awk gawk mawk nawk octave escript elixir iex pwsh mono wine ipython";

/// What a shell does itself, or what begins more than a simple command (sh(1), bash(1)). `exec` and
/// `command` are not here: they lead on to a command.
pub(super) const SHELL_WORDS: &str = "
    if then else elif fi case esac for select while until do done in function time coproc [[ ]]
    . : [ alias bg bind break builtin caller cd compgen complete compopt continue declare dirs disown echo
    enable eval exit export false fc fg getopts hash help history jobs kill let local logout mapfile
    popd printf pushd pwd read readarray readonly return set shift shopt source suspend test times trap
    true type typeset ulimit umask unalias unset wait";
