using System.Globalization;
using static Profiler.Lab.Tests.Life;

namespace Profiler.Lab.Tests;

/// <summary>What a process did, as steps of tests/lab/actor, and which shutdowns that were.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Steps">What it does.</param>
/// <param name="Lives">All its shutdowns, in order; null where only the properties of every shutdown are asked for.</param>
public sealed record LifeCase(string Name, string Steps, params Life[]? Lives)
{
    /// <summary>Which signals it is sent when: SIGNAL@MARK+SECONDS, by its own marks.</summary>
    public string[] Cues { get; init; } = [];

    /// <summary>Needs resets that take a second: not for 5.10.</summary>
    public bool SlowResets { get; init; }

    /// <summary>How many devices it has, and lets go: all that its steps open, if it gets that far.</summary>
    public int Devices => Lives?.Sum(l => l.Devices) ?? Steps.Split(' ')
        .Where(s => s.StartsWith("open", StringComparison.Ordinal))
        .Sum(s => int.Parse(s[(s.IndexOf('=', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture));
}

/// <summary>What a shutdown must be.</summary>
/// <param name="Trigger">As the report names it.</param>
/// <param name="From">The mark of its begin, by the stopwatch of tests/lab/actor.</param>
/// <param name="To">The mark of its end.</param>
/// <param name="Devices">How many it released.</param>
public sealed record Life(string Trigger, string From, string To, int Devices)
{
    /// <summary>Whose shutdown: the process itself, or 1 for its first child.</summary>
    public string Child { get; init; } = "";

    /// <summary>The signals it lists; null where that is not asked.</summary>
    public string? Signals { get; init; }

    /// <summary>How far the stopwatch may be off, seconds: what it cannot see, and what others in the guest do in between.</summary>
    public double Slack { get; init; } = 0.06;

    /// <summary>Findings it must have where a reset takes a second.</summary>
    public string[] Finds { get; init; } = [];

    /// <summary>Findings it must not have, besides those that none of these processes may have.</summary>
    public string[] Lacks { get; init; } = [];

    /// <summary>Seconds of a phase: at least, at most.</summary>
    public (string Phase, double From, double To)[] Phases { get; init; } = [];

    /// <summary>The same where a reset takes a second.</summary>
    public (string Phase, double From, double To)[] SlowPhases { get; init; } = [];

    public static Life Close(string from, string to, int devices) =>
        new("close", from, to, devices) { Signals = "", Lacks = ["serial_exit"] };

    public static Life Exit(string from, int devices) => new("exit", from, "reaped", devices) { Signals = "" };

    public static Life Killed(string signal, string from, int devices) => new("SIG" + signal, from, "reaped", devices);
}

/// <summary>
/// Processes that end in all the ways we could think of. A scene is what goes on at the same time, in one run of the
/// actors: each process is to be judged by itself.
/// </summary>
public static class LifeCases
{
    private const string Parallel = "parallel", SerialExit = "serial_exit", SerialClose = "serial_close";

    /// <summary>The scenes of one long recording, one after another.</summary>
    public static readonly LifeCase[][] Scenes =
    [
        [
            new("a handled SIGHUP and a handled SIGTERM are not the cause of an exit 12 s later",
                "on=HUP:go-on on=TERM:go-on open-threads=2 sleep=13.5 exit", Exit("last", 2))
            { Cues = ["HUP@open-threads.end+0.4", "TERM@open-threads.end+0.8"] },

            new("SIGTERM that is handled, then SIGKILL 12 s later, is one shutdown from the SIGTERM",
                "on=TERM:go-on open-threads=2 pause", Killed("TERM", "TERM.sent", 2) with
                {
                    Signals = "SIGTERM SIGKILL", Finds = [SerialExit], Lacks = [Parallel], Phases = [("process_ns", 11.9, 12.6)],
                })
            { Cues = ["TERM@pause.begin+0.2", "KILL@pause.begin+12.2"] },

            new("a handled SIGINT 8 s before the exit is its cause",
                "on=INT:wake open-threads=2 pause sleep=8 exit",
                Killed("INT", "INT.sent", 2) with { Signals = "SIGINT", Phases = [("process_ns", 7.9, 8.6)] })
            { Cues = ["INT@pause.begin+0.2"] },

            new("two hot-unplugs 4 s apart and an exit are three",
                "open-threads=4 close=1 sleep=4 close=1 sleep=3 exit",
                Close("close.first", "close.last", 1), Close("close2.first", "close2.last", 1), Exit("last", 2)),
        ],
        [
            new("closed by threads, exit 5 s later",
                "open-threads=4 close-threads=4 sleep=5 exit",
                Close("close-threads.first", "close-threads.last", 4) with { Finds = [Parallel], Lacks = [SerialClose, SerialExit] }),

            new("one closed, SIGTERM 4 s later",
                "open-threads=3 close=1 sleep=4 pause",
                Close("close.first", "close.last", 1) with { Lacks = [SerialClose] },
                Killed("TERM", "TERM.sent", 2) with { Signals = "SIGTERM", Finds = [SerialExit], Lacks = [SerialClose, Parallel] })
            { Cues = ["TERM@sleep.end+0.1"] },

            new("two closes 0.4 s apart are one, a SIGKILL 3 s later is another",
                "open-threads=3 close=1 sleep=0.4 close=1 sleep=3 pause",
                Close("close.first", "close2.last", 2) with { Phases = [("process_ns", 0.38, 0.6)] },
                Killed("KILL", "KILL.sent", 1) with { Signals = "SIGKILL" })
            { Cues = ["KILL@sleep2.end+0.1"] },

            new("SIGTERM is handled by closing all devices in a loop, then exiting",
                "on=TERM:wake open-threads=3 pause sleep=1 close=3 exit",
                Killed("TERM", "TERM.sent", 3) with { Signals = "SIGTERM", Lacks = [Parallel], Phases = [("process_ns", 0.98, 1.5)] })
            { Cues = ["TERM@pause.begin+0.1"] },
        ],
        [
            new("SIGKILL while the first device of all is being opened",
                "open=1 open=1 pause", Killed("KILL", "KILL.sent", 1) with
                {
                    SlowPhases = [("reset_ns", 1.6, 2.5)], Lacks = [Parallel],
                })
            { Cues = ["KILL@open.begin+0.35"], SlowResets = true },

            new("SIGKILL while the second device is being opened",
                "open=1 open=2 pause", Killed("KILL", "KILL.sent", 2) with
                {
                    SlowPhases = [("reset_ns", 2.6, 4)], Finds = [SerialExit], Lacks = [Parallel],
                })
            { Cues = ["KILL@open2.begin+0.35"], SlowResets = true },

            new("SIGKILL while four devices are being opened by threads",
                "open-threads=4 pause", Killed("KILL", "KILL.sent", 4) with
                {
                    SlowPhases = [("reset_ns", 4.6, 7)], Finds = [SerialExit],
                })
            { Cues = ["KILL@open-threads.begin+0.3"] },

            new("SIGTERM while a device is being reset for the process",
                "open-threads=2 hot-reset=1 pause", Killed("TERM", "TERM.sent", 2) with
                {
                    Signals = "SIGTERM", SlowPhases = [("reset_ns", 2.6, 4)], Finds = [SerialExit], Lacks = [Parallel],
                })
            { Cues = ["TERM@hot-reset.begin+0.3"] },
        ],
        [
            new("SIGSEGV", "open-threads=2 fault", Killed("SEGV", "last", 2)),
            new("abort()", "open-threads=1 abort", Killed("ABRT", "last", 1)),

            new("the last thread exits, the first has gone long before",
                "open-threads=2 last-thread=1", Exit("last", 2) with { Finds = [SerialExit] }),

            new("SIGKILL for a process whose first thread is gone",
                "open-threads=2 last-thread=30", Killed("KILL", "KILL.sent", 2) with { Signals = "SIGKILL" })
            { Cues = ["KILL@last-thread.begin+1"] },

            new("SIGTERM for a stopped process takes effect when it is continued",
                "open-threads=2 pause",
                Killed("TERM", "TERM.sent", 2) with { Signals = "SIGTERM", Phases = [("process_ns", 1.5, 2.5)] })
            { Cues = ["STOP@pause.begin+0.1", "TERM@pause.begin+0.3", "CONT@pause.begin+2.3"] },

            new("a handled SIGHUP shortly before SIGKILL is not the cause",
                "on=HUP:go-on open-threads=1 pause", Killed("KILL", "KILL.sent", 1))
            { Cues = ["HUP@pause.begin+0.3", "KILL@pause.begin+2.3"] },

            new("reaped 2 s after its death",
                "late=2 open-threads=1 exit", Exit("last", 1) with { Phases = [("reaping_ns", 1.9, 2.3)] }),

            new("SIGTERM that is ignored, then SIGKILL 3 s later, is one shutdown from the SIGTERM",
                "on=TERM:ignore open-threads=2 pause", Killed("TERM", "TERM.sent", 2) with { Signals = "SIGTERM SIGKILL" })
            { Cues = ["TERM@pause.begin+0.2", "KILL@pause.begin+3.2"] },
        ],
        [
            new("memory stays mapped until the exit, long after the closes",
                "open-threads=2 dma=96M close=2 sleep=5 exit",
                Close("close.first", "close.last", 2) with { Finds = [SerialClose], Phases = [("iommu_ns", 0, 0.001)] }),

            new("memory is unmapped right after the closes",
                "open-threads=2 dma=96M close-threads=2 close-groups sleep=4 exit",
                // How long 96 MiB take is the kernel's business (8 ms were seen); where they do not belong to it, it is under 1 ms.
                Close("close-threads.first", "close-groups.end", 2) with { Phases = [("iommu_ns", 0.002, 5)] }),

            new("memory is unmapped 3 s after the closes",
                "open-threads=2 dma=96M close-threads=2 sleep=3 close-groups sleep=2 exit",
                Close("close-threads.first", "close-threads.last", 2) with { Phases = [("iommu_ns", 0, 0.001)] }),

            // Not at once: vfioscope reads the name of who opens a device, and the memory of a process that ends meanwhile is freed
            // by its reader.
            new("exit with a large file in memory, and memory",
                "file=512M memory=128M open-threads=2 sleep=1 exit",
                Exit("last", 2) with { Phases = [("files_ns", 0.005, 9), ("memory_ns", 0.001, 9)] }),
        ],
        [
            new("a child inherits, and lets go last",
                "open-threads=2 fork=4 sleep=0.5 exit",
                Exit("last", 0) with { Finds = ["device_not_released"] },
                Exit("last", 2) with { Child = "1", Finds = [SerialExit] }),

            new("a child inherits, and ends first",
                "open-threads=2 fork=0.5 sleep=2 exit", Exit("last", 2)),

            new("a child inherits, and is killed long after its parent went",
                "open-threads=2 fork=60 sleep=0.3 exit",
                Exit("last", 0) with { Finds = ["device_not_released"] },
                Killed("TERM", "TERM.sent", 2) with { Child = "1", Signals = "SIGTERM", Finds = [SerialExit] })
            { Cues = ["TERM@1.sleep.begin+3"] },

            new("closed by exec, another program ends later",
                "open-threads=3 exec-closing=4", Close("last", "exec.done", 3) with
                {
                    Finds = [SerialClose], Slack = 1.5, // the new program has to start before it can look at a clock
                }),

            new("another program took over by exec, and is ended",
                "open-threads=2 exec=60", Killed("TERM", "TERM.sent", 2) with { Signals = "SIGTERM" })
            { Cues = ["TERM@exec.done+1"] },

            // As QEMU does when it is updated: its other threads end as if the process did.
            new("another program took over by exec from several threads, and is ended",
                "open-threads=2 thread=60 thread=60 exec=60", Killed("TERM", "TERM.sent", 2) with { Signals = "SIGTERM", Finds = [SerialExit] })
            { Cues = ["TERM@exec.done+3"] },

            new("SIGQUIT that leaves a core", "core memory=96M open-threads=1 raise=QUIT",
                Killed("QUIT", "last", 1) with { Phases = [("core_dump_ns", 0.01, 9)] }),

            // The other threads exit at once, and wait for the one that writes the core. Later than the other core, which keeps the processors busy.
            new("SIGQUIT of a process with several threads that leaves a core", "core memory=64M open-threads=1 thread=60 thread=60 sleep=7 raise=QUIT",
                Killed("QUIT", "last", 1) with { Phases = [("core_dump_ns", 0.01, 9)] }),
        ],
        [
            new("exit while another thread closes a device",
                "open-threads=3 close-aside=1 sleep=0.3 exit", new Life("exit", "close-aside.begin", "reaped", 3) { Lacks = [Parallel] })
            { SlowResets = true },

            new("exit 0.2 s after one of two was closed", "open-threads=2 close=1 sleep=0.2 exit", null),

            new("a handled SIGHUP, some devices closed 2 s later, exit 4 s later",
                "on=HUP:go-on open-threads=2 sleep=2.5 close=1 sleep=4 exit", null)
            { Cues = ["HUP@open-threads.end+0.5"] },

            // Neither hot-unplug is the beginning of the end, though each comes soon after what was before.
            new("a handled SIGHUP, two hot-unplugs 5 s apart, exit 5 s later",
                "on=HUP:go-on open-threads=3 sleep=5 close=1 sleep=5 close=1 sleep=5 exit",
                Close("close.first", "close.last", 1), Close("close2.first", "close2.last", 1), Exit("last", 1))
            { Cues = ["HUP@open-threads.end+0.5"] },

            new("opened and closed in turns", "open=1 close=1 open=1 close=1 sleep=2 open=1 exit", null),

            new("closed aside in a loop while SIGTERM comes",
                "open-threads=3 close-aside=2 pause", null)
            { Cues = ["TERM@close-aside.begin+0.5"] },
        ],
    ];

    /// <summary>Two processes that die at once, each one device after another.</summary>
    public static readonly LifeCase[] Two =
    [
        new("two die at once: the first", "open-threads=3 pause", Killed("TERM", "TERM.sent", 3) with
        {
            Signals = "SIGTERM", Finds = [SerialExit], Lacks = [Parallel],
        })
        { Cues = ["TERM@pause.begin+1"] },
        new("two die at once: the second", "open-threads=3 pause", Killed("KILL", "KILL.sent", 3) with
        {
            Signals = "SIGKILL", Finds = [SerialExit], Lacks = [Parallel],
        })
        { Cues = ["KILL@pause.begin+1"] },
    ];
}
