using System.Collections.Immutable;
using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>The resets of one thread: steps nest, the outermost one is the reset.</summary>
internal sealed class ResetAssembler
{
    // A reset has a few steps inside one another, and some dozens one after another.
    private const int Deepest = 16, MostParts = 1024;

    private readonly record struct OpenStep(ResetStep Step, string Device, long StartNs, bool Probe);

    private readonly Stack<OpenStep> _open = new();
    private readonly ImmutableArray<ResetPart>.Builder _parts = ImmutableArray.CreateBuilder<ResetPart>();

    // The stack of the longest step that left one.
    private (long Ns, int? Stack) _slowest;

    // Whom the device was waited for: the method, where its own function cannot be seen.
    private ResetStep _waitedFor;

    /// <summary>The outermost reset under way: of what, since when, and by what method so far.</summary>
    public (string Device, long SinceNs, ResetMethod Method)? Current => _open.Count == 0
        ? null
        : (_open.Last().Device, _open.Last().StartNs, Method(_open.Select(o => new ResetPart(o.Step, o.Device, default, 0)).Concat(_parts)));

    /// <summary>A step begins.</summary>
    /// <returns>How many steps were open that cannot be any more: no step begins inside itself, so their ends were lost.</returns>
    public int Begin(in WireEvent e)
    {
        ResetStep step = e.Step;
        string device = e.Device.ToString();
        int lost = _open.Count >= Deepest || _parts.Count >= MostParts || _open.Any(o => o.Step == step && o.Device == device) ? Forget() : 0;
        if (e.Step == ResetStep.DeviceWait)
            _waitedFor = (ResetStep)e.Value;
        _open.Push(new OpenStep(step, device, (long)e.TimeNs, e.Flags.HasFlag(EventFlags.Probe)));
        return lost;
    }

    /// <summary>A step returned.</summary>
    /// <param name="e">The end event.</param>
    /// <param name="stack">The kernel stack it ended in, if it left one.</param>
    /// <param name="unmatched">Grows by the steps whose partner was never seen.</param>
    /// <returns>The reset, if that was its outermost step.</returns>
    public Reset? End(in WireEvent e, int? stack, ref long unmatched)
    {
        ResetStep step = e.Step;
        if (!_open.Any(o => o.Step == step))
        {
            unmatched++; // began before we were there, or its begin was lost
            return null;
        }
        while (_open.Peek().Step != step)
        {
            _open.Pop();
            unmatched++;
        }
        OpenStep open = _open.Pop();
        var part = new ResetPart(step, open.Device, new Interval(open.StartNs, (long)e.TimeNs), e.Value);
        // Innermost steps end first: of equals, and the outer ones last hardly longer, theirs says more.
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
        Forget();
        // A device that is only powered up is waited for as well.
        bool waitOnly = step is ResetStep.DeviceWait or ResetStep.BridgeWait;
        return open.Probe || waitOnly ? null : new Reset(part.Device, method, part.Time, part.Result, inner, deepest);
    }

    /// <summary>Drops what is open; returns how many steps that was.</summary>
    public int Forget()
    {
        int count = _open.Count;
        _open.Clear();
        _parts.Clear();
        _slowest = default;
        _waitedFor = ResetStep.None;
        return count;
    }

    // The kernel tries its methods in turn until one does not say "not I" (-ENOTTY): the last is the one.
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
