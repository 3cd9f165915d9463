using System.Collections.Immutable;
using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>The resets of one thread: steps nest, and the outermost step is the reset.</summary>
internal sealed class ResetAssembler
{
    // A reset has a few nested steps and some dozens in sequence.
    private const int MaxDepth = 16, MaxParts = 1024;

    private readonly record struct OpenStep(ResetStep Step, string Device, long StartNs, bool Probe, int PartsBefore);

    private readonly List<OpenStep> _open = []; // the outermost first
    private readonly List<ResetPart> _parts = [];
    private readonly ResetChain _chain = new();

    // The longest step with a kernel stack.
    private (long Ns, int? Stack) _slowest;

    /// <summary>No reset is in progress.</summary>
    public bool IsEmpty => _open.Count == 0;

    /// <summary>The device of the reset in progress; null if there is none.</summary>
    public string? Device => IsEmpty ? null : _open[0].Device;

    /// <summary>
    /// The reset in progress: its device, since when, the method as far as known, and those that have failed; null if there is none.
    /// </summary>
    public (string Device, long SinceNs, ResetMethod Method, ImmutableArray<ResetAttempt> Failed)? Current => IsEmpty
        ? null
        : (_open[0].Device, _open[0].StartNs, _chain.Current, _chain.Failed);

    /// <summary>A step begins.</summary>
    /// <param name="e">The begin event.</param>
    /// <param name="device">Its device.</param>
    /// <returns>The number of open steps whose ends must have been lost: no step begins inside itself.</returns>
    public int Begin(in WireEvent e, string device)
    {
        ResetStep step = e.Step;
        int lost = _open.Count >= MaxDepth || _parts.Count >= MaxParts || IsOpen(step, device) ? Clear() : 0;
        bool probe = (e.Flags & EventFlags.Probe) != 0;
        if (IsEmpty)
            _chain.Begin((long)e.TimeNs);
        // What the kernel waits for after a reset tells the method, if its own function cannot be probed.
        if (!probe && IsAttempt(_open.Count, step))
            _chain.StepBegins((step == ResetStep.DeviceWait ? (ResetStep)e.Value : step).Method());
        _open.Add(new OpenStep(step, device, (long)e.TimeNs, probe, _parts.Count));
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
        if (!open.Probe && IsAttempt(at, step))
            _chain.StepEnds(in part, waited: _parts.Count > open.PartsBefore);
        if (_open.Count > 0)
        {
            if (!open.Probe)
                _parts.Add(part);
            return null;
        }
        ImmutableArray<ResetPart> inner = [.. _parts];
        (ResetMethod method, ImmutableArray<ResetAttempt> failed) = _chain.End(part.Result);
        int? deepest = _slowest.Stack;
        Clear();
        // The kernel also waits for devices that it only powers up.
        bool waitOnly = step is ResetStep.DeviceWait or ResetStep.BridgeWait;
        return open.Probe || waitOnly ? null : new Reset(part.Device, method, failed, part.Time, part.Result, inner, deepest);
    }

    /// <summary>Drops the open steps; returns how many.</summary>
    public int Clear()
    {
        int count = _open.Count;
        _open.Clear();
        _parts.Clear();
        _slowest = default;
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

    // Of the steps inside a method's function the method is known.
    private bool IsAttempt(int depth, ResetStep step) =>
        depth == 0 ? step != ResetStep.Function : depth == 1 && _open[0].Step == ResetStep.Function;
}
