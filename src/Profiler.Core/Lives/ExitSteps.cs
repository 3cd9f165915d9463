using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Lives;

/// <summary>The steps of a process's exit, as far as they were seen. All times are CLOCK_MONOTONIC.</summary>
/// <param name="watched">What can be seen of it.</param>
/// <param name="attachedNs">When all probes were attached.</param>
internal sealed class ExitSteps(EndsWatched watched, long attachedNs)
{
    private long? _firstReleaseNs;

    /// <summary>It was exiting already when the capture began.</summary>
    public bool BeganBefore { get; set; }

    /// <summary>When it was seen to begin.</summary>
    public long? SeenNs { get; private set; }

    /// <summary>When it began; at the latest, if it was exiting already when the capture began.</summary>
    public long? StartNs => SeenNs ?? (BeganBefore ? attachedNs : null);

    /// <summary>When it began, or where that is not seen, the first release by the exiting process.</summary>
    public long? DyingNs => StartNs ?? _firstReleaseNs ?? DeadNs ?? ReapedNs;

    /// <summary>When its last thread had ended.</summary>
    public long? DeadNs { get; private set; }

    /// <summary>When its parent had taken its exit code.</summary>
    public long? ReapedNs { get; private set; }

    /// <summary>The kernel's exit code.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>It is dead.</summary>
    public bool IsGone => GoneNs is not null;

    /// <summary>When it died.</summary>
    public long? GoneNs => DeadNs ?? ReapedNs;

    /// <summary>It is reaped, or dead if reaping is not watched.</summary>
    public bool IsOver => ReapedNs is not null || (DeadNs is not null && !watched.Reaping);

    /// <summary>The latest step before it is reaped; <see cref="long.MinValue"/> if there was none.</summary>
    public long LatestNs => Math.Max(DeadNs ?? long.MinValue, SeenNs ?? long.MinValue);

    public void Add(ProcessAdvanced step)
    {
        if (step.Step == ProcessStep.Exits)
            (SeenNs, ExitCode) = (SeenNs ?? step.TimeNs, ExitCode ?? step.ExitCode);
        else if (step.Step == ProcessStep.Dead)
            DeadNs = step.TimeNs;
        else
            ReapedNs = step.TimeNs;
    }

    /// <summary>The process releases a device while it exits.</summary>
    /// <param name="startNs">When.</param>
    public void AddRelease(long startNs) => _firstReleaseNs = Math.Min(_firstReleaseNs ?? long.MaxValue, startNs);

    /// <summary>The releases are told: of those that remain, <see cref="AddRelease"/> tells again.</summary>
    public void ForgetReleases() => _firstReleaseNs = null;

    /// <summary>For another process.</summary>
    public void Clear()
    {
        BeganBefore = false;
        (SeenNs, DeadNs, ReapedNs, ExitCode, _firstReleaseNs) = (null, null, null, null, null);
    }
}
