using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Lives;

/// <summary>A process that had a device, and died.</summary>
/// <param name="Tgid">The process.</param>
/// <param name="Comm">Its name, printable.</param>
/// <param name="DeadNs">When, CLOCK_MONOTONIC.</param>
internal sealed record OwnerGone(int Tgid, string Comm, long DeadNs);

/// <summary>
/// Releases by who only was the last that had a device's descriptor: a thread of the kernel (of a socket that nobody has any more, of an
/// io_uring), or a process that got it passed, or inherited, and closes it while it lives. They belong to the process that opened the device.
/// </summary>
/// <param name="users">Who has which device open.</param>
/// <param name="lives">The lives of processes, by number.</param>
/// <param name="begin">Begins a life that is in no list.</param>
internal sealed class LastCloses(DeviceUsers users, IReadOnlyDictionary<int, ProcessLife> lives, Func<int, ProcessLife> begin)
{
    // More devices than a host has: with more, their names are made up.
    private const int MaxLeftBehind = 4096;

    private readonly Dictionary<int, ProcessLife> _begun = []; // by the thread; those of which the end was lost as well

    // The same, but by a process that exits with the device of one that lives: it is who goes away, so they are its own.
    private readonly Dictionary<int, ProcessLife> _leaving = [];
    private readonly Dictionary<string, OwnerGone> _leftBehind = [];

    // The latest one by a thread of the kernel, and whose device it was; null if it was those of several within a short time. What the kernel
    // does next may be to unmap the memory.
    private (ProcessLife? Owner, long EndNs) _byKernel = (null, long.MinValue);

    /// <summary>What is in progress; null where that is not known.</summary>
    public SpanAssembler? Spans { get; set; }

    /// <summary>
    /// Processes that are gone, and whose devices may still be released: right after an exit the kernel needs a moment to find that nobody has
    /// a descriptor any more.
    /// </summary>
    public List<ProcessLife> Gone { get; } = [];

    /// <summary>A release has begun.</summary>
    /// <param name="tid">The thread.</param>
    public void Begins(int tid)
    {
        _begun.Remove(tid);
        _leaving.Remove(tid);
        if (ReleaseOf(tid) is { } release && OwnerOf(release) is { } owner)
            (release.Exiting && owner.Gone is null ? _leaving : _begun)[tid] = owner;
    }

    /// <summary>Whose device a thread releases, if it is another one's; else null.</summary>
    public ProcessLife? OwnerIn(int tid) => _begun.Count > 0 && ReleaseOf(tid) is not null ? _begun.GetValueOrDefault(tid) : null;

    /// <summary>Whose memory it was, if a thread of another process or of the kernel unmapped it; else null.</summary>
    public ProcessLife? OwnerOf(TeardownPart part)
    {
        ProcessLife? owner = OwnerIn(part.Task.Tid) ?? (part.ByKernelThread && IsSoon(part.Time.StartNs) ? _byKernel.Owner : null);
        if (owner is not null && part.ByKernelThread)
            _byKernel = (owner, part.Time.EndNs);
        return owner;
    }

    /// <summary>A release has ended.</summary>
    /// <returns>Whose device it was, if another one closed it; else null.</returns>
    public ProcessLife? Ended(Operation release)
    {
        if (_leftBehind.Count > 0)
            _leftBehind.Remove(release.Device);
        _leaving.Remove(release.Task.Tid);
        ProcessLife? owner = null;
        if (_begun.Count > 0)
            _begun.Remove(release.Task.Tid, out owner);
        if (release.ByKernelThread)
        {
            bool isAmbiguous = owner != _byKernel.Owner && IsSoon(release.Time.StartNs);
            _byKernel = (isAmbiguous ? null : owner, release.Time.EndNs);
        }
        return owner;
    }

    /// <summary>A device of a process is being released by another one.</summary>
    public bool IsBusy(ProcessLife owner)
    {
        if (IsIn(_begun, owner) || IsIn(_leaving, owner))
            return true;
        // Whichever of its threads the kernel has do that.
        return owner == _byKernel.Owner && Spans?.TeardownsInFlight().Any(static p => p.Step == TeardownStep.Iommu) == true;
    }

    /// <summary>A process is gone, and not all of its devices are released.</summary>
    public void Leave(ProcessLife life) => Gone.Add(life);

    /// <summary>The next process that is gone and to whose shutdown nothing more belongs; null if there is none.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC; <see cref="long.MaxValue"/>: whatever is to come.</param>
    public ProcessLife? NextOver(long nowNs)
    {
        for (int i = 0; i < Gone.Count; i++)
        {
            ProcessLife life = Gone[i];
            if (nowNs != long.MaxValue && (IsBusy(life) || !life.IsSettled(nowNs)))
                continue;
            Gone.RemoveAt(i);
            Remember(life);
            return life;
        }
        return null;
    }

    /// <summary>A life is over: what it was may be another process next.</summary>
    public void Forget(ProcessLife life)
    {
        if (_byKernel.Owner == life)
            _byKernel.Owner = null;
        Remove(_begun, life);
        Remove(_leaving, life);
    }

    /// <summary>A device is open again.</summary>
    public void Opened(string device)
    {
        if (_leftBehind.Count > 0)
            _leftBehind.Remove(device);
    }

    private bool IsIn(Dictionary<int, ProcessLife> releasing, ProcessLife owner)
    {
        foreach ((int tid, ProcessLife life) in releasing)
        {
            if (life == owner && ReleaseOf(tid) is not null)
                return true;
        }
        return false;
    }

    private static void Remove(Dictionary<int, ProcessLife> releasing, ProcessLife owner)
    {
        foreach ((int tid, ProcessLife life) in releasing)
        {
            if (life == owner)
                releasing.Remove(tid);
        }
    }

    private OpenOperation? ReleaseOf(int tid) => Spans?.ReleaseOf(tid);

    private bool IsSoon(long ns) => _byKernel.EndNs >= ns - (long)CloseBursts.Gap.TotalNanoseconds;

    private ProcessLife? OwnerOf(OpenOperation release)
    {
        ProcessLife? closer = release.ByKernelThread ? null : lives.GetValueOrDefault(release.Task.Tgid);
        if (closer is { HasUnknownDevices: true })
            return null;
        DeviceUse? latest = users.Of(release.Device);
        for (DeviceUse? use = latest; use is not null; use = use.Next)
        {
            if (use.Process == closer)
                return null;
        }
        if (latest is not null)
            return latest.Process;
        // A process has a shutdown of its own.
        return release.ByKernelThread && _leftBehind.TryGetValue(release.Device, out OwnerGone? owner) ? Remembered(owner) : null;
    }

    private ProcessLife Remembered(OwnerGone owner)
    {
        foreach (ProcessLife life in Gone)
        {
            if (life.WasGone == owner)
                return life;
        }
        ProcessLife again = begin(owner.Tgid);
        again.WasGone = owner;
        Gone.Add(again);
        return again;
    }

    private void Remember(ProcessLife life)
    {
        if (life.Gone is not { } owner)
            return;
        foreach (string device in life.Devices)
        {
            if (_leftBehind.Count < MaxLeftBehind || _leftBehind.ContainsKey(device))
                _leftBehind[device] = owner;
        }
    }
}
