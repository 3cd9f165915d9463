using System.Collections.Frozen;

namespace Profiler.Linux;

/// <summary>Signal numbers and names (include/uapi/asm-generic/signal.h; x86-64 and arm64 have the same): the one table.</summary>
public static class Signals
{
    public const int
        SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGILL = 4, SIGTRAP = 5, SIGABRT = 6, SIGBUS = 7, SIGFPE = 8, SIGKILL = 9, SIGUSR1 = 10,
        SIGSEGV = 11, SIGUSR2 = 12, SIGPIPE = 13, SIGALRM = 14, SIGTERM = 15, SIGSTKFLT = 16, SIGSTOP = 19, SIGTSTP = 20, SIGXCPU = 24, SIGXFSZ = 25,
        SIGVTALRM = 26, SIGPROF = 27, SIGIO = 29, SIGPWR = 30, SIGSYS = 31;

    private static readonly FrozenDictionary<int, string> Names = new Dictionary<int, string>
    {
        [SIGHUP] = nameof(SIGHUP),
        [SIGINT] = nameof(SIGINT),
        [SIGQUIT] = nameof(SIGQUIT),
        [SIGILL] = nameof(SIGILL),
        [SIGTRAP] = nameof(SIGTRAP),
        [SIGABRT] = nameof(SIGABRT),
        [SIGBUS] = nameof(SIGBUS),
        [SIGFPE] = nameof(SIGFPE),
        [SIGKILL] = nameof(SIGKILL),
        [SIGUSR1] = nameof(SIGUSR1),
        [SIGSEGV] = nameof(SIGSEGV),
        [SIGUSR2] = nameof(SIGUSR2),
        [SIGPIPE] = nameof(SIGPIPE),
        [SIGALRM] = nameof(SIGALRM),
        [SIGTERM] = nameof(SIGTERM),
        [SIGSTKFLT] = nameof(SIGSTKFLT),
        [SIGXCPU] = nameof(SIGXCPU),
        [SIGXFSZ] = nameof(SIGXFSZ),
        [SIGVTALRM] = nameof(SIGVTALRM),
        [SIGPROF] = nameof(SIGPROF),
        [SIGIO] = nameof(SIGIO),
        [SIGPWR] = nameof(SIGPWR),
        [SIGSYS] = nameof(SIGSYS),
    }.ToFrozenDictionary();

    /// <summary>"SIGTERM" for 15; "signal 34" for one without a name here, such as a real-time signal.</summary>
    public static string Name(int number) => Names.GetValueOrDefault(number) ?? $"signal {number}";
}
