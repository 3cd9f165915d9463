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

    // The reset after which the kernel waits for the device: the method, if its own function cannot be probed.
    private ResetStep _waitedFor;

    /// <summary>The reset in progress: its device, since when, and the method as far as known; null if there is none.</summary>
    public (string Device, long SinceNs, ResetMethod Method)? Current => _open.Count == 0
        ? null
        : (_open.Last().Device, _open.Last().StartNs, Method(_open.Select(o => new ResetPart(o.Step, o.Device, default, 0)).Concat(_parts)));

    /// <summary>A step begins.</summary>
    /// <returns>The number of open steps whose ends must have been lost: no step begins inside itself.</returns>
    public int Begin(in WireEvent e)
    {
        ResetStep step = e.Step;
        string device = e.Device.ToString();
        int lost = _open.Count >= MaxDepth || _parts.Count >= MaxParts || _open.Any(o => o.Step == step && o.Device == device) ? Clear() : 0;
        if (e.Step == ResetStep.DeviceWait)
            _waitedFor = (ResetStep)e.Value;
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
        ResetMethod method = Method([.. inner, part]);
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

    // The kernel tries its methods in turn until one does not return -ENOTTY: the last one is the method.
    private ResetMethod Method(IEnumerable<ResetPart> parts)
    {
        ResetMethod seen = parts.Select(p => MethodOf(p.Step, p.Result)).LastOrDefault(m => m != ResetMethod.Unknown);
        return seen == ResetMethod.Unknown ? MethodOf(_waitedFor, result: 0) : seen;
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
