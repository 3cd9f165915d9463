using System.Collections.Immutable;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>The start of one process that is in progress. Used again for another one when it is over.</summary>
internal sealed class StartLife
{
    // More ioctls than a machine with terabytes needs; what comes beyond is added to the last part.
    private const int MaxParts = 65536;

    private readonly List<Operation> _opens = [];
    private readonly List<StartPart> _parts = [];
    private readonly List<TeardownPart> _powerChanges = [];
    private readonly List<Reset> _resets = [];
    private readonly List<Operation> _userResets = [];
    private BarFaults _bars;
    private string _comm = "";
    private long _contactNs;

    public int Tgid { get; private set; }

    /// <summary>When it began to run its program, CLOCK_MONOTONIC; null if that was not seen.</summary>
    public long? ExecNs { get; set; }

    /// <summary>Its contact with VFIO was seen; else it had devices before, or the contact was before the capture.</summary>
    public bool ContactSeen { get; set; }

    /// <inheritdoc cref="Start.BeganBefore"/>
    public bool BeganBefore { get; set; }

    /// <summary>It has a virtual machine: the start goes on until that runs, whatever the pauses.</summary>
    public bool HasVm { get; set; }

    /// <summary>The end of the last that it did with devices, CLOCK_MONOTONIC; <see cref="long.MinValue"/> if it has done nothing yet.</summary>
    public long LatestNs { get; private set; }

    /// <summary>Begins the start of a process.</summary>
    /// <param name="tgid">The process.</param>
    /// <param name="comm">Its name.</param>
    /// <param name="contactNs">Its first contact with VFIO, or the begin of its first open, CLOCK_MONOTONIC.</param>
    public void Begin(int tgid, string comm, long contactNs)
    {
        (Tgid, _comm, _contactNs, LatestNs) = (tgid, comm, contactNs, long.MinValue);
        (ExecNs, ContactSeen, BeganBefore, HasVm) = (null, false, false, false);
        _bars = default;
        _opens.Clear();
        _parts.Clear();
        _powerChanges.Clear();
        _resets.Clear();
        _userResets.Clear();
    }

    public void Add(Operation open)
    {
        _opens.Add(open);
        Reach(open.Time);
    }

    public void Add(StartPart part)
    {
        if (_parts.Count < MaxParts)
            _parts.Add(part);
        else
            _parts[^1] = Joined(_parts[^1], part);
        Reach(part.Time);
    }

    /// <summary>What was faulted in before. It is told some time after the last fault, so it does not make the start longer.</summary>
    public void Add(BarsFaulted bars) => _bars += bars.Faults;

    public void Add(TeardownPart powerChange) => _powerChanges.Add(powerChange);

    public void Add(Reset reset)
    {
        _resets.Add(reset);
        Reach(reset.Time);
    }

    public void AddUserReset(Operation reset)
    {
        _userResets.Add(reset);
        Reach(reset.Time);
    }

    /// <summary>Nothing but a contact: a program that looks whether there is VFIO, for example.</summary>
    public bool IsEmpty => _opens.Count == 0 && _parts.Count == 0;

    /// <summary>The start, as it is over.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="endNs">When, CLOCK_MONOTONIC; what began later does not belong to it.</param>
    /// <param name="underWay">Opens in progress.</param>
    /// <param name="partsUnderWay">Other parts in progress.</param>
    public Start Conclude(
        StartEnd end, long endNs, ImmutableArray<OperationInFlight> underWay, ImmutableArray<StartPartInFlight> partsUnderWay)
    {
        StartKind kind = HasVm ? StartKind.Vm : ContactSeen ? StartKind.Process : StartKind.Devices;
        bool fromExec = HasVm && ExecNs is not null;
        long startNs = fromExec ? Math.Min(ExecNs!.Value, _contactNs) : _contactNs;
        return new Start(new TaskId(Tgid, Tgid, _comm), kind, end, new Interval(startNs, Math.Max(endNs, LatestNs)), _contactNs, [.. _opens])
        {
            BeganBefore = BeganBefore,
            FromExec = fromExec,
            Parts = [.. _parts],
            Bars = _bars,
            PowerChanges = [.. _powerChanges],
            OtherResets = [.. _resets],
            UserResets = [.. _userResets],
            UnderWay = underWay,
            PartsUnderWay = partsUnderWay,
        };
    }

    private static StartPart Joined(StartPart a, StartPart b) => a with
    {
        Time = new Interval(Math.Min(a.Time.StartNs, b.Time.StartNs), Math.Max(a.Time.EndNs, b.Time.EndNs)),
        Mapping = (a.Mapping ?? new DmaMapping()) + (b.Mapping ?? new DmaMapping()),
    };

    // What ended later may have begun earlier, in another thread.
    private void Reach(Interval time) => (_contactNs, LatestNs) = (Math.Min(_contactNs, time.StartNs), Math.Max(LatestNs, time.EndNs));
}
