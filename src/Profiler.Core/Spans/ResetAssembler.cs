using System.Collections.Immutable;
using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>The resets of one thread: steps nest, and the outermost step is the reset.</summary>
internal sealed class ResetAssembler
{
    // A reset has a few nested steps and some dozens in sequence.
    private const int MaxDepth = 16, MaxParts = 1024;

    private readonly record struct OpenStep(ResetStep Step, string Device, long StartNs, bool Probe);

    private readonly List<OpenStep> _open = []; // the outermost first
    private readonly List<ResetPart> _parts = [];

    // The longest step with a kernel stack.
    private (long Ns, int? Stack) _slowest;

    // The reset after which the kernel waits for the device: the method, if its own function cannot be probed.
    private ResetStep _waitedFor;

    /// <summary>No reset is in progress.</summary>
    public bool IsEmpty => _open.Count == 0;

    /// <summary>The device of the reset in progress; null if there is none.</summary>
    public string? Device => IsEmpty ? null : _open[0].Device;

    /// <summary>The reset in progress: its device, since when, and the method as far as known; null if there is none.</summary>
    public (string Device, long SinceNs, ResetMethod Method)? Current => IsEmpty
        ? null
        : (_open[0].Device, _open[0].StartNs, MethodSoFar());

    /// <summary>A step begins.</summary>
    /// <param name="e">The begin event.</param>
    /// <param name="device">Its device.</param>
    /// <returns>The number of open steps whose ends must have been lost: no step begins inside itself.</returns>
    public int Begin(in WireEvent e, string device)
    {
        ResetStep step = e.Step;
        int lost = _open.Count >= MaxDepth || _parts.Count >= MaxParts || IsOpen(step, device) ? Clear() : 0;
        if (step == ResetStep.DeviceWait)
            _waitedFor = (ResetStep)e.Value;
        _open.Add(new OpenStep(step, device, (long)e.TimeNs, (e.Flags & EventFlags.Probe) != 0));
        return lost;
    }

    /// <summary>A step ends.</summary>
    /// <param name="e">The end event.</param>
    /// <param name="stack">Key of its kernel stack; null if it has none.</param>
    /// <param name="unmatched">Grows by the begins and ends without a partner.</param>
    /// <returns>The reset, if this was its outermost step.</returns>
    public Reset? End(in WireEvent e, int? stack, ref long unmatched)
    {
        ResetStep step = e.Step;
        int at = _open.Count - 1;
        while (at >= 0 && _open[at].Step != step)
            at--;
        if (at < 0)
        {
            unmatched++; // it began before the capture, or its begin was lost
            return null;
        }
        OpenStep open = _open[at];
        unmatched += _open.Count - 1 - at;
        _open.RemoveRange(at, _open.Count - at);
        var part = new ResetPart(step, open.Device, new Interval(open.StartNs, (long)e.TimeNs), e.Value);
        // Inner steps end first. An outer step that is hardly longer has the less interesting stack.
        if (stack is not null && part.Time.DurationNs > _slowest.Ns + _slowest.Ns / 4)
            _slowest = (part.Time.DurationNs, stack);
        if (_open.Count > 0)
        {
            if (!open.Probe)
                _parts.Add(part);
            return null;
        }
        ImmutableArray<ResetPart> inner = [.. _parts];
        ResetMethod method = Method(part);
        int? deepest = _slowest.Stack;
        Clear();
        // The kernel also waits for devices that it only powers up.
        bool waitOnly = step is ResetStep.DeviceWait or ResetStep.BridgeWait;
        return open.Probe || waitOnly ? null : new Reset(part.Device, method, part.Time, part.Result, inner, deepest);
    }

    /// <summary>Drops the open steps; returns how many.</summary>
    public int Clear()
    {
        int count = _open.Count;
        _open.Clear();
        _parts.Clear();
        _slowest = default;
        _waitedFor = ResetStep.None;
        return count;
    }

    private bool IsOpen(ResetStep step, string device)
    {
        foreach (OpenStep open in _open)
        {
            if (open.Step == step && open.Device == device)
                return true;
        }
        return false;
    }

    // The kernel tries its methods in turn until one does not return -ENOTTY: the last one is the method.
    private ResetMethod MethodOfParts()
    {
        ResetMethod method = ResetMethod.Unknown;
        for (int i = _parts.Count - 1; i >= 0 && method == ResetMethod.Unknown; i--)
            method = MethodOf(_parts[i].Step, _parts[i].Result);
        return method;
    }

    private ResetMethod Method(ResetPart last) =>
        MethodOf(last.Step, last.Result) is not ResetMethod.Unknown and var own ? own
        : MethodOfParts() is not ResetMethod.Unknown and var inner ? inner
        : MethodOf(_waitedFor, result: 0);

    // Steps in progress count after those that have ended, the outermost first.
    private ResetMethod MethodSoFar()
    {
        ResetMethod method = MethodOfParts();
        for (int i = 0; i < _open.Count && method == ResetMethod.Unknown; i++)
            method = MethodOf(_open[i].Step, result: 0);
        return method == ResetMethod.Unknown ? MethodOf(_waitedFor, result: 0) : method;
    }

    private static ResetMethod MethodOf(ResetStep step, int result) => (step, result) switch
    {
        (ResetStep.SecondaryBus or ResetStep.Bus, _) => ResetMethod.Bus,
        (ResetStep.Flr, _) => ResetMethod.Flr,
        (ResetStep.AfFlr, 0) => ResetMethod.AfFlr,
        (ResetStep.Pm, 0) => ResetMethod.Pm,
        (ResetStep.DeviceSpecific, 0) => ResetMethod.DeviceSpecific,
        _ => ResetMethod.Unknown,
    };
}
