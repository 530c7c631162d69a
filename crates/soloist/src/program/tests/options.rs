//! A row for each option of each table: what it takes, and that the program is still found behind it.

use super::check;

/// One program's options, in the words of its manual and not of the table.
pub(super) struct Manual {
    /// The command before the options.
    pub(super) command: &'static str,
    /// What follows them, and what that is.
    pub(super) program: (&'static str, &'static str),
    /// Options without a value.
    pub(super) flags: &'static str,
    /// Options with a value in the next word, or in their own.
    pub(super) values: &'static str,
    /// Options whose value can only stand in their own word.
    pub(super) attached: &'static str,
    /// Options after which no program is looked for.
    pub(super) whole: &'static str,
    /// Letters can be combined, and values can follow their letter.
    pub(super) letters: bool,
}

const EMPTY: Manual =
    Manual { command: "", program: ("", ""), flags: "", values: "", attached: "", whole: "", letters: true };

const PY: (&str, &str) = ("main.py A", "file main.py | A");
const RUN: (&str, &str) = ("python main.py A", "file main.py | A");

pub(super) const MANUALS: &[Manual] = &[
    Manual {
        command: "python3",
        program: PY,
        flags: "-b -B -d -i -O -q -u -v -x -3 -R -t -U -I -E -P -s -S",
        values: "-W -X -Q --check-hash-based-pycs",
        whole: "-c -h -? -V --help --help-all --help-env --help-xoptions --version",
        ..EMPTY
    },
    Manual {
        command: "py",
        program: PY,
        flags: "-2 -3 -3.12 -3.13-64 -V:3.12 -b -B -d -i -O -q -u -v -x -I -E -P -s -S",
        values: "-W -X --check-hash-based-pycs",
        whole: "-0 -0p --list --list-paths -c -h -? -V --help --version",
        ..EMPTY
    },
    Manual {
        command: "node",
        program: ("bot A", "entry bot | A"),
        flags: "--trace-warnings --no-warnings --enable-source-maps --preserve-symlinks --watch --expose-gc \
                --max-old-space-size=4096 --max_old_space_size=4096",
        values: "-r --require --import --loader --experimental-loader -C --conditions --env-file \
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
                 --es-module-specifier-resolution --experimental-specifier-resolution \
                 --unhandled_rejections",
        attached: "--inspect --inspect-brk --inspect-wait --experimental-default-config-file",
        whole: "-e -p -pe --eval --print -c --check -i --interactive -h --help -v --version --v8-options \
                --test --test-only --test-name-pattern=x --run --build-snapshot --build-snapshot-config \
                --experimental-sea-config --completion-bash --prof-process --eval=1 -x",
        letters: false,
    },
    Manual {
        command: "tsx",
        program: ("main.ts A", "entry main.ts | A"),
        flags: "--no-cache --enable-source-maps --no-warnings",
        values: "--tsconfig -r --require --import --env-file -C --conditions",
        attached: "--inspect --inspect-brk",
        whole: "-e -p --eval --print -h --help -v --version --test --unknown",
        letters: false,
    },
    Manual {
        command: "ts-node",
        program: ("main.ts A", "entry main.ts | A"),
        flags: "-T --transpile-only --transpileOnly --esm --files --swc -s --script-mode --cwd-mode \
                --cwdMode -H --compiler-host --compilerHost --pretty --skip-project --skipProject \
                --skip-ignore --skipIgnore --prefer-ts-exts --preferTsExts --log-error --logError \
                --type-check --emit --scope",
        values: "-P --project -C --compiler -O --compiler-options --compilerOptions -I --ignore \
                 --transpiler -D --ignore-diagnostics --ignoreDiagnostics -r --require --scopeDir",
        whole: "-e --eval -p --print -i --interactive -h --help -v --version --show-config --showConfig",
        letters: false,
        ..EMPTY
    },
    Manual {
        command: "deno run",
        program: ("main.ts A", "file main.ts | A"),
        flags: "-A --allow-all --no-prompt --no-remote --no-npm --no-lock --no-config --no-code-cache \
                --no-clear-screen --cached-only -q --quiet --unstable --unstable-kv --lock=x --lock-write \
                --tunnel --enable-testing-features-do-not-use --use-env-proxy",
        values: "-c --config --import-map --location --seed --cert --ext -L --log-level --conditions \
                 --preload --require --min-dep-age --minimum-dependency-age --inspect-publish-uid \
                 --node-modules-linker",
        attached: "--allow-read --allow-write --allow-net --allow-env --allow-run --allow-sys --allow-ffi \
                   --allow-hrtime --allow-import --allow-scripts --deny-read --deny-write --deny-net \
                   --deny-env --deny-run --deny-sys --deny-ffi --deny-hrtime --deny-import -R -W -N -E -S \
                   -I --check --no-check --frozen --reload -r --watch --watch-hmr --inspect --inspect-brk \
                   --inspect-wait --node-modules-dir --vendor --v8-flags --env --env-file --strace-ops -P \
                   --permission-set --watch-exclude --hmr --coverage --frozen-lockfile --ignore-env \
                   --ignore-read --unsafely-ignore-certificate-errors",
        whole: "-h --help -V --version --lock",
        ..EMPTY
    },
    Manual {
        command: "bun",
        program: ("main.ts A", "entry main.ts | A"),
        flags: "--watch --hot --smol --no-clear-screen --no-install -i --bun -b --silent --if-present \
                --prefer-offline --prefer-latest --no-deprecation --throw-deprecation --expose-gc \
                --preserve-symlinks --preserve-symlinks-main --no-macros --sql-preconnect --redis-preconnect \
                --no-addons --no-env-file --no-orphans --check --cpu-prof --cpu-prof-md --heap-prof \
                --heap-prof-md --no-warnings --trace-warnings --trace-deprecation --pending-deprecation \
                --zero-fill-buffers --use-system-ca --use-openssl-ca --use-bundled-ca --insecure-http-parser \
                --no-ffi-cc --jsx-side-effects --ignore-dce-annotations --experimental-http2-fetch",
        values: "-r --preload --require --import --env-file -d --define --drop -l --loader --port \
                 --conditions --main-fields --extension-order --tsconfig-override --jsx-factory \
                 --jsx-fragment --jsx-import-source --jsx-runtime --fetch-preconnect \
                 --max-http-header-size --dns-result-order --title --unhandled-rejections --console-depth \
                 --user-agent --install --elide-lines --shell --cwd --watch-kill-signal --cpu-prof-name \
                 --cpu-prof-dir --cpu-prof-interval --heap-prof-name --heap-prof-dir --heap-prof-interval \
                 --redirect-warnings --disable-warning --feature",
        attached: "-c --config --inspect --inspect-wait --inspect-brk",
        whole: "-e --eval -p --print -F --filter --workspaces --parallel --sequential --interactive \
                --cron-title=x -h --help -v --version --revision",
        ..EMPTY
    },
    Manual {
        command: "ruby",
        program: ("main.rb A", "file main.rb | A"),
        flags: "-a -d -l -n -p -s -U -v -w -W -W0 -W:no-deprecated -y -0 -1 -2 -3 -4 -5 -6 -7 -8 -9 -0777 \
                -T --debug --verbose --yydebug --jit --yjit --mjit --rjit --zjit \
                --debug-frozen-string-literal --jit-warnings --yjit-stats --mjit-wait --rjit-stats \
                --disable-gems --enable-frozen-string-literal",
        values: "-E -I -r --disable --enable --encoding --external-encoding --internal-encoding --parser \
                 --backtrace-limit -C -X",
        attached: "-F -K -i -x",
        whole: "-c -e -h -S --help --version --copyright --dump",
        ..EMPTY
    },
    Manual {
        command: "perl",
        program: ("main.pl A", "file main.pl | A"),
        flags: "-a -d -d:NYTProf -f -g -l -l012 -n -p -s -t -T -U -w -W -X -0 -1 -2 -3 -4 -5 -6 -7 -0777 \
                -pie",
        values: "-I",
        attached: "-C -D -F -i -m -M -x",
        whole: "-c -e -E -h -S -u -v -V -? -lne -0777ne",
        ..EMPTY
    },
    Manual {
        command: "php",
        program: ("main.php A", "file main.php | A"),
        flags: "-C -e -H -n -q --no-php-ini --no-header --hide-args --profile-info",
        values: "-c -d -z --php-ini --define --zend-extension",
        whole: "-a -B -E -F -h -i -l -m -r -R -s -S -t -v -w -? --interactive --process-begin --process-end \
                --process-file --help --usage --info --syntax-check --modules --run --process-code \
                --syntax-highlight --server --docroot --version --strip --ini --rf --rc --re --rz --ri",
        ..EMPTY
    },
    Manual {
        command: "bash",
        program: ("main.sh A", "file main.sh | A"),
        flags: "-a -b -e -f -h -i -k -l -m -p -t -u -v -x -B -C -E -H -P -T -V -r -eux +e +x - --login \
                --noprofile --norc --noediting --posix --restricted --verbose --debugger",
        values: "--rcfile --init-file",
        whole: "-n -s -D --help --version --dump-strings --dump-po-strings --rpm-requires -oe --unknown",
        ..EMPTY
    },
    Manual {
        command: "fish",
        program: ("main.fish A", "file main.fish | A"),
        flags: "-i -l -N -P --interactive --login --no-config --private",
        values: "-d -f -o --debug --features --debug-output",
        whole: "-C --init-command -n --no-execute -h --help -v --version -p --profile --profile-startup",
        ..EMPTY
    },
    Manual {
        command: "java",
        program: ("-jar bot.jar A", "file bot.jar | A"),
        flags: "-Dfile.encoding=UTF-8 -Xmx1g -XX:+UseZGC -ea -ea:com.bot -da -enableassertions:x \
                -disableassertions -esa -dsa -enablesystemassertions -disablesystemassertions \
                -agentlib:jdwp=x -agentpath:x -javaagent:x.jar -verbose:gc -splash:x -server -client -d32 \
                -d64 -showversion --show-version --enable-preview --show-module-resolution \
                --illegal-access=permit --illegal-native-access=allow --finalization=disabled \
                --sun-misc-unsafe-memory-access=allow --disable-@files --dry-run \
                --add-opens=java.base/java.lang=ALL-UNNAMED",
        values: "-cp -classpath --class-path -p --module-path --upgrade-module-path --add-modules \
                 --limit-modules --add-reads --add-exports --add-opens --patch-module \
                 --enable-native-access --source",
        whole: "-m --module -d --describe-module --list-modules --validate-modules -version --version \
                -fullversion --full-version -help --help --help-extra -h -? -unknown",
        letters: false,
        ..EMPTY
    },
    Manual {
        command: "dotnet",
        program: ("bot.dll A", "file bot.dll | A"),
        flags: "-d --diagnostics",
        values: "--additionalprobingpath --additional-deps --depsfile --runtimeconfig --fx-version \
                 --roll-forward --roll-forward-on-no-candidate-fx",
        whole: "-h --help --info --version --list-sdks --list-runtimes",
        letters: false,
        ..EMPTY
    },
    Manual {
        command: "lua5.4",
        program: ("main.lua A", "file main.lua | A"),
        flags: "-E -i -v -W",
        values: "-e -l -j",
        attached: "-O",
        whole: "-b -h -?",
        ..EMPTY
    },
    Manual {
        command: "Rscript",
        program: ("main.R A", "file main.R | A"),
        flags: "--verbose --no-environ --vanilla --restore --save --slave --default-packages=x",
        whole: "-e --version --help",
        letters: false,
        ..EMPTY
    },
    Manual {
        command: "R",
        program: ("-f main.R --args A", "file main.R | A"),
        flags: "--no-echo --slave --silent -q --quiet --verbose --vanilla --save --restore --interactive \
                --encoding=UTF-8 --max-ppsize=1",
        whole: "-e -g --gui -d --debugger -h --help --version CMD",
        letters: false,
        ..EMPTY
    },
    Manual {
        command: "julia",
        program: ("main.jl A", "file main.jl | A"),
        flags: "-i -q --quiet --handle-signals=no --startup-file=no --history-file=no --color=no \
                --compile=all --banner=no --depwarn=no --warn-overwrite=no --inline=no --check-bounds=no \
                --math-mode=fast --optimize=3 --pkgimages=no",
        values: "-J --sysimage -H --home -L --load -C --cpu-target -t --threads -p --procs --machine-file \
                 --gcthreads",
        attached: "-O -g --project --code-coverage --track-allocation",
        whole: "-e --eval -E --print -m -h --help -v --version",
        ..EMPTY
    },
    Manual {
        command: "soloist",
        program: ("run -- python main.py A", "file main.py | A"),
        flags: "-q --quiet -v --verbose",
        values: "--log-format --lang",
        whole: "--help",
        ..EMPTY
    },
    Manual {
        command: "soloist run",
        program: ("-- python main.py A", "file main.py | A"),
        flags: "--replace --no-kill --override-supervisor --exec --dry-run --json -q --quiet -v --verbose",
        values: "--name --lock --telegram --env-file --stop-signal --grace --match --restart --preflight \
                 --conflict-exit-code --log-format --lang",
        attached: "--wait",
        whole: "-h --help -V --version",
        ..EMPTY
    },
    Manual {
        command: "env",
        program: ("A=b C=d python main.py A", "file main.py | A"),
        flags: "-i - --ignore-environment -v --debug --list-signal-handling",
        values: "-u --unset -a --argv0 -P -L -U -C --chdir",
        attached: "--block-signal --default-signal --ignore-signal",
        whole: "-0 --null --help --version",
        ..EMPTY
    },
    Manual {
        command: "nice",
        program: RUN,
        flags: "-0 -1 -2 -3 -4 -5 -6 -7 -8 -9 -19",
        values: "-n --adjustment",
        whole: "--help --version",
        ..EMPTY
    },
    Manual {
        command: "ionice",
        program: RUN,
        flags: "-t --ignore",
        values: "-c --class -n --classdata",
        whole: "-p --pid -P --pgid -u --uid -h --help -V --version",
        ..EMPTY
    },
    Manual {
        command: "chrt",
        program: ("10 python main.py A", "file main.py | A"),
        flags: "-a --all-tasks -b --batch -d --deadline -f --fifo -i --idle -o --other -r --rr -R \
                --reset-on-fork -v --verbose",
        values: "-T --sched-runtime -P --sched-period -D --sched-deadline",
        whole: "-m --max -p --pid -h --help -V --version",
        ..EMPTY
    },
    Manual {
        command: "taskset",
        program: ("0x3 python main.py A", "file main.py | A"),
        flags: "-a --all-tasks -c --cpu-list",
        whole: "-p --pid -h --help -V --version",
        ..EMPTY
    },
    Manual {
        command: "numactl",
        program: RUN,
        flags: "-a --all -l --localalloc -b --balancing",
        values: "-i --interleave -m --membind -N --cpunodebind -C --physcpubind -p --preferred -P \
                 --preferred-many -w --weighted-interleave",
        whole: "-s --show -H --hardware -h --help",
        ..EMPTY
    },
    Manual {
        command: "prlimit",
        program: RUN,
        flags: "--noheadings --raw --verbose",
        values: "-o --output",
        attached: "-c --core -d --data -e --nice -f --fsize -i --sigpending -l --memlock -m --rss -n \
                   --nofile -q --msgqueue -r --rtprio -s --stack -t --cpu -u --nproc -v --as -x --locks -y \
                   --rttime",
        whole: "-p --pid -h --help -V --version",
        ..EMPTY
    },
    Manual {
        command: "choom",
        program: ("-- python main.py A", "file main.py | A"),
        values: "-n --adjust",
        whole: "-p --pid -h --help -V --version",
        ..EMPTY
    },
    Manual { command: "nohup", program: RUN, whole: "--help --version -x", ..EMPTY },
    Manual {
        command: "timeout",
        program: ("5m python main.py A", "file main.py | A"),
        flags: "-f --foreground -p --preserve-status -v --verbose",
        values: "-k --kill-after -s --signal",
        whole: "--help --version",
        ..EMPTY
    },
    Manual {
        command: "setsid",
        program: RUN,
        flags: "-c --ctty -f --fork -w --wait",
        whole: "-h --help -V --version",
        ..EMPTY
    },
    Manual {
        command: "stdbuf",
        program: RUN,
        values: "-i --input -o --output -e --error",
        whole: "--help --version",
        ..EMPTY
    },
    Manual { command: "unbuffer", program: RUN, flags: "-p", ..EMPTY },
    Manual {
        command: "/usr/bin/time",
        program: RUN,
        flags: "-a --append -p --portability -q --quiet -v --verbose",
        values: "-f --format -o --output",
        whole: "-h --help -V --version",
        ..EMPTY
    },
    Manual {
        command: "sudo",
        program: ("A=b python main.py A", "file main.py | A"),
        flags: "-A --askpass -b --background -B --bell -E -H --set-home -k --reset-timestamp -n \
                --non-interactive -N --no-update -P --preserve-groups -S --stdin -s --shell",
        values: "-C --close-from -g --group -h --host -p --prompt -r --role -t --type -T --command-timeout \
                 -u --user -D --chdir",
        attached: "--preserve-env",
        whole: "-e --edit -i --login -K --remove-timestamp -l --list -R --chroot -U --other-user --help -v \
                --validate -V --version",
        ..EMPTY
    },
    Manual { command: "doas", program: RUN, flags: "-n", values: "-a -u", whole: "-C -L -s", ..EMPTY },
    Manual {
        command: "su",
        program: ("bot -c python·main.py·A", "file main.py | A"),
        flags: "-m -p --preserve-environment -f --fast -P --pty -T --no-pty",
        values: "-w --whitelist-environment -g --group -G --supp-group -s --shell",
        whole: "- -l --login -h --help -V --version",
        ..EMPTY
    },
    Manual {
        command: "runuser",
        program: ("-u bot -- python main.py A", "file main.py | A"),
        flags: "-m -p --preserve-environment -f --fast -P --pty -T --no-pty",
        values: "-u --user -w --whitelist-environment -g --group -G --supp-group -s --shell",
        whole: "- -l --login -h --help -V --version",
        ..EMPTY
    },
    Manual {
        command: "setpriv",
        program: RUN,
        flags: "--nnp --no-new-privs --clear-groups --keep-groups --init-groups --reset-env",
        values: "--ambient-caps --inh-caps --bounding-set --ruid --euid --rgid --egid --reuid --regid \
                 --groups --securebits --pdeathsig --ptracer --selinux-label --apparmor-profile \
                 --landlock-access --landlock-rule --seccomp-filter",
        whole: "-d --dump --list-caps -h --help -V --version",
        ..EMPTY
    },
    Manual {
        command: "chpst",
        program: RUN,
        flags: "-v -P -0 -1 -2",
        values: "-u -U -b -e -n -l -L -m -d -o -p -f -c -r -t -C",
        whole: "-/ -V",
        ..EMPTY
    },
    Manual { command: "softlimit", program: RUN, values: "-a -c -d -f -l -m -o -p -r -s -t", ..EMPTY },
    Manual {
        command: "setlock",
        program: ("lock python main.py A", "file main.py | A"),
        flags: "-n -N -x -X",
        ..EMPTY
    },
    Manual {
        command: "s6-setlock",
        program: ("lock python main.py A", "file main.py | A"),
        flags: "-n -N -r -w",
        values: "-t -d",
        ..EMPTY
    },
    Manual {
        command: "flock",
        program: ("lock python main.py A", "file main.py | A"),
        flags: "-s --shared -x -e --exclusive -n --nb --nonblock -o --close -F --no-fork --verbose --fcntl",
        values: "-w --wait --timeout -E --conflict-exit-code",
        whole: "-u --unlock -h --help -V --version",
        ..EMPTY
    },
    Manual {
        command: "tini",
        program: RUN,
        flags: "-s -v -w -g",
        values: "-p -e",
        whole: "-h -l --version",
        ..EMPTY
    },
    Manual {
        command: "dumb-init",
        program: RUN,
        flags: "-c --single-child -v --verbose",
        values: "-r --rewrite",
        whole: "-h --help -V --version",
        ..EMPTY
    },
    Manual {
        command: "catatonit",
        program: RUN,
        flags: "-g",
        whole: "-P -h -V -L --help --version",
        ..EMPTY
    },
    Manual {
        command: "gosu",
        program: ("bot python main.py A", "file main.py | A"),
        whole: "-h --help -v --version",
        ..EMPTY
    },
    Manual {
        command: "busybox",
        program: ("nice python main.py A", "file main.py | A"),
        whole: "--help --install --list --list-full --long --version",
        ..EMPTY
    },
    Manual {
        command: "xvfb-run",
        program: RUN,
        flags: "-a --auto-servernum -l --listen-tcp",
        values: "-e --error-file -f --auth-file -n --server-num -p --xauth-protocol -s --server-args -w \
                 --wait",
        whole: "-h --help",
        ..EMPTY
    },
    Manual {
        command: "dbus-run-session",
        program: RUN,
        values: "--config-file --dbus-daemon",
        whole: "--help --version",
        ..EMPTY
    },
    Manual {
        command: "systemd-inhibit",
        program: RUN,
        flags: "--no-pager --no-legend --no-ask-password",
        values: "--what --who --why --mode",
        whole: "--list -h --help --version",
        ..EMPTY
    },
    Manual {
        command: "systemd-cat",
        program: RUN,
        values: "-t --identifier -p --priority --stderr-priority --level-prefix --namespace",
        whole: "-h --help --version",
        ..EMPTY
    },
    Manual { command: "caffeinate", program: RUN, flags: "-d -i -m -s -u", values: "-t -w", ..EMPTY },
    Manual {
        command: "torsocks",
        program: RUN,
        flags: "-i --isolate -d --debug -q --quiet",
        whole: "-h --help --version --shell",
        ..EMPTY
    },
    Manual { command: "proxychains4", program: RUN, flags: "-q", values: "-f", whole: "--help", ..EMPTY },
    Manual {
        command: "uv",
        program: ("run main.py A", "file main.py | A"),
        flags: "-q --quiet -v --verbose -n --no-cache --offline --no-offline --no-progress --no-config \
                --native-tls --no-native-tls --system-certs --managed-python --no-managed-python \
                --no-python-downloads --allow-python-downloads --preview --no-preview --no-color",
        values: "--cache-dir --config-file --color --project --allow-insecure-host --python-preference \
                 --python-fetch --preview-features --max-recursion-depth --directory",
        whole: "-h --help -V --version",
        ..EMPTY
    },
    Manual {
        command: "uv run",
        program: ("python main.py A", "file main.py | A"),
        flags: "-q --quiet -v --verbose -n --no-cache --offline --no-offline --no-progress --no-config \
                --native-tls --no-native-tls --system-certs --managed-python --no-managed-python \
                --no-python-downloads --allow-python-downloads --preview --no-preview --no-color \
                --all-extras --no-all-extras --dev --no-dev --only-dev --all-groups --no-default-groups \
                --no-editable --editable --exact --inexact --no-env-file --isolated --active --no-active \
                --no-sync --locked --frozen --all-packages --no-project --show-resolution --no-index \
                --no-sources --no-build --no-binary --build -U --upgrade --no-upgrade --refresh \
                --no-refresh --reinstall --no-reinstall --compile-bytecode --no-compile-bytecode \
                --no-build-isolation --build-isolation --verify-hashes --no-verify-hashes \
                --require-build-hashes --no-require-build-hashes",
        values: "--cache-dir --config-file --color --project --allow-insecure-host --python-preference \
                 --python-fetch --preview-features --max-recursion-depth --directory --extra --no-extra \
                 --group --no-group --only-group --env-file -w --with --with-editable --with-requirements \
                 --package --index --default-index -i --index-url --extra-index-url -f --find-links \
                 --index-strategy --keyring-provider -P --upgrade-package --upgrade-group --resolution \
                 --prerelease --fork-strategy -C --config-setting --config-setting-package \
                 --config-settings-package --link-mode --no-build-isolation-package --exclude-newer \
                 --exclude-newer-package --reinstall-package --refresh-package --no-build-package \
                 --no-binary-package --no-sources-package -p --python --python-platform \
                 --no-editable-package --prerelease-package",
        whole: "-h --help -V --version --unknown",
        ..EMPTY
    },
    Manual {
        command: "poetry",
        program: ("run python main.py A", "file main.py | A"),
        flags: "-q --quiet -v --verbose -n --no-interaction --ansi --no-ansi --no-plugins --no-cache",
        values: "-P --project -C --directory",
        whole: "-h --help -V --version",
        ..EMPTY
    },
    Manual {
        command: "pdm",
        program: ("run python main.py A", "file main.py | A"),
        flags: "-q --quiet -v --verbose -I --ignore-python -n --non-interactive --no-cache",
        values: "-c --config",
        whole: "--help",
        ..EMPTY
    },
    Manual {
        command: "pdm run",
        program: RUN,
        flags: "-q --quiet -v --verbose -g --global -s --site-packages --recreate",
        values: "--venv -k --skip --env --env-file --working-dir",
        whole: "-p --project -l --list -j --json -h --help",
        ..EMPTY
    },
    Manual {
        command: "pipenv",
        program: ("run python main.py A", "file main.py | A"),
        flags: "-q --quiet -v --verbose --site-packages --no-site-packages --clear",
        values: "--python --pypi-mirror",
        ..EMPTY
    },
    Manual {
        command: "pipenv run",
        program: RUN,
        flags: "-q --quiet -v --verbose --system",
        values: "--python --pypi-mirror",
        ..EMPTY
    },
    Manual {
        command: "hatch",
        program: ("run python main.py A", "file main.py | A"),
        flags: "-q --quiet -v --verbose --color --no-color --interactive --no-interactive",
        values: "-e --env --data-dir --cache-dir --config",
        whole: "-p --project --help",
        ..EMPTY
    },
    Manual { command: "rye run", program: RUN, whole: "-l --list --pyproject -h --help", ..EMPTY },
    Manual {
        command: "conda run",
        program: RUN,
        flags: "-v --verbose --dev --debug-wrapper-scripts --no-capture-output --live-stream -s",
        values: "-n --name -p --prefix --cwd",
        whole: "-h --help",
        ..EMPTY
    },
    Manual {
        command: "bundle exec",
        program: ("ruby main.rb A", "file main.rb | A"),
        flags: "--keep-file-descriptors",
        values: "--gemfile",
        ..EMPTY
    },
    Manual {
        command: "npx",
        program: ("node bot A", "entry bot | A"),
        flags: "-y --yes --no --no-install --ignore-existing -q --quiet -s --silent --prefer-offline \
                --offline --prefer-online --bun --verbose --no-audit --no-fund",
        values: "-p --package",
        whole: "-w --workspace --workspaces -ws --include-workspace-root -h --help -v --version --prefix \
                -n --node-arg",
        ..EMPTY
    },
    Manual {
        command: "npm",
        program: ("exec -- node bot A", "entry bot | A"),
        flags: "-s --silent -q --quiet -d --verbose",
        ..EMPTY
    },
    Manual {
        command: "npm exec",
        program: ("-- node bot A", "entry bot | A"),
        flags: "-y --yes --no --no-install --ignore-existing -q --quiet -s --silent --prefer-offline \
                --offline --prefer-online --bun --verbose --no-audit --no-fund",
        values: "-p --package",
        whole: "-w --workspace --workspaces -ws --include-workspace-root -h --help -v --version --prefix \
                -n --node-arg",
        ..EMPTY
    },
    Manual {
        command: "pnpm",
        program: ("exec node bot A", "entry bot | A"),
        flags: "-s --silent --color --no-color",
        values: "--package --reporter --loglevel -C --dir",
        whole: "-r --recursive -w --workspace-root -F --filter -c --shell-mode --parallel --help -h -v \
                --version",
        ..EMPTY
    },
    Manual {
        command: "pnpm exec",
        program: ("node bot A", "entry bot | A"),
        flags: "-s --silent --color --no-color",
        values: "--package --reporter --loglevel -C --dir",
        whole: "-r --recursive -w --workspace-root -F --filter -c --shell-mode --parallel --help -h -v \
                --version",
        ..EMPTY
    },
    Manual {
        command: "dotenv",
        program: ("run python main.py A", "file main.py | A"),
        values: "-f --file -q --quote -e --export",
        ..EMPTY
    },
    Manual {
        command: "dotenv run",
        program: RUN,
        flags: "--override --no-override",
        whole: "--help",
        ..EMPTY
    },
    Manual {
        command: "doppler run",
        program: ("-- python main.py A", "file main.py | A"),
        flags: "--fallback-only --fallback-readonly --no-fallback --preserve-env --no-cache --silent \
                --no-exit",
        values: "-p --project -c --config -t --token --fallback --passphrase --name-transformer",
        whole: "-h --help --mount --watch",
        ..EMPTY
    },
    Manual {
        command: "op run",
        program: ("-- python main.py A", "file main.py | A"),
        flags: "--no-masking",
        values: "--env-file --account --environment",
        whole: "-h --help",
        ..EMPTY
    },
    Manual {
        command: "infisical run",
        program: ("-- python main.py A", "file main.py | A"),
        values: "--env --path --token --projectId --tags",
        whole: "-h --help --watch",
        ..EMPTY
    },
    Manual {
        command: "ddtrace-run",
        program: RUN,
        flags: "-d --debug -p --profiling",
        whole: "-h --help -i --info -v --version",
        ..EMPTY
    },
    Manual {
        command: "opentelemetry-instrument",
        program: RUN,
        values: "--traces_exporter --metrics_exporter --logs_exporter --service_name \
                 --exporter_otlp_endpoint",
        whole: "-h --help --version",
        ..EMPTY
    },
];

/// A value that is none of the words that the tables know.
const VALUE: &str = "x1";

#[test]
fn flags_take_nothing() {
    for manual in MANUALS {
        let (rest, expected) = manual.program;
        check(&format!("{} {rest}", manual.command), expected);
        for flag in manual.flags.split_ascii_whitespace() {
            check(&format!("{} {flag} {rest}", manual.command), expected);
        }
    }
}

#[test]
fn values_stand_in_the_next_word_or_in_their_own() {
    for manual in MANUALS {
        let (rest, expected) = manual.program;
        for option in manual.values.split_ascii_whitespace() {
            check(&format!("{} {option} {VALUE} {rest}", manual.command), expected);
            check_attached(manual, option);
            check(&format!("{} {option}", manual.command), "whole");
        }
    }
}

#[test]
fn attached_values_never_stand_in_the_next_word() {
    for manual in MANUALS {
        let (rest, expected) = manual.program;
        for option in manual.attached.split_ascii_whitespace() {
            check(&format!("{} {option} {rest}", manual.command), expected);
            check_attached(manual, option);
        }
    }
}

/// `--option=VALUE`, `-oVALUE`.
fn check_attached(manual: &Manual, option: &str) {
    let (rest, expected) = manual.program;
    if option.starts_with("--") {
        check(&format!("{} {option}={VALUE} {rest}", manual.command), expected);
    } else if manual.letters {
        check(&format!("{} {option}{VALUE} {rest}", manual.command), expected);
    }
}

#[test]
fn some_options_leave_no_program_to_look_for() {
    for manual in MANUALS {
        for option in manual.whole.split_ascii_whitespace() {
            check(&format!("{} {option} {}", manual.command, manual.program.0), "whole");
        }
    }
}
