using System.Collections.Immutable;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Tests.Spans.Former;

/// <summary>The resets of one thread: steps nest, and the outermost step is the reset.</summary>
internal sealed class ResetAssembler
{
    // A reset has a few nested steps and some dozens in sequence.
    private const int MaxDepth = 16, MaxParts = 1024;

    private readonly record struct OpenStep(ResetStep Step, string Device, long StartNs, bool Probe);

    private readonly Stack<OpenStep> _open = new();
    private readonly ImmutableArray<ResetPart>.Builder _parts = ImmutableArray.CreateBuilder<ResetPart>();

    // The longest step with a kernel stack.
    private (long Ns, int? Stack) _slowest;

    /// <summary>The reset in progress: its device, and since when; null if there is none.</summary>
    public (string Device, long SinceNs)? Current => _open.Count == 0
        ? null
        : (_open.Last().Device, _open.Last().StartNs);

    /// <summary>A step begins.</summary>
    /// <returns>The number of open steps whose ends must have been lost: no step begins inside itself.</returns>
    public int Begin(in WireEvent e)
    {
        ResetStep step = e.Step;
        string device = e.Device.ToString();
        int lost = _open.Count >= MaxDepth || _parts.Count >= MaxParts || _open.Any(o => o.Step == step && o.Device == device) ? Clear() : 0;
        _open.Push(new OpenStep(step, device, (long)e.TimeNs, e.Flags.HasFlag(EventFlags.Probe)));
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
        if (!_open.Any(o => o.Step == step))
        {
            unmatched++; // it began before the capture, or its begin was lost
            return null;
        }
        while (_open.Peek().Step != step)
        {
            _open.Pop();
            unmatched++;
        }
        OpenStep open = _open.Pop();
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
        ImmutableArray<ResetPart> inner = _parts.ToImmutable();
        int? deepest = _slowest.Stack;
        Clear();
        // The kernel also waits for devices that it only powers up.
        bool waitOnly = step is ResetStep.DeviceWait or ResetStep.BridgeWait;
        return open.Probe || waitOnly ? null : new Reset(part.Device, ResetMethod.Unknown, [], part.Time, part.Result, inner, deepest);
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
}
