using System.Collections.Immutable;
using Profiler.Core.Wire;
using Profiler.Linux;

namespace Profiler.Core.Spans;

/// <summary>The methods that the kernel tries in one reset, in turn, until one does not return -ENOTTY.</summary>
internal sealed class ResetChain
{
    // A method that resets waits for the device, longer than this. One that returns sooner has declined.
    private const long MinNs = 10_000_000;

    private readonly List<ResetAttempt> _ended = [];

    // The attempt in progress: its method, its begin, the end of its last step, and its result where its own function has returned.
    private ResetMethod _method;
    private long _sinceNs, _untilNs;
    private int? _result;

    /// <summary>The method that is being tried, as far as known.</summary>
    public ResetMethod Current => _result is null or 0 ? _method : ResetMethod.Unknown;

    /// <summary>The attempts that have failed.</summary>
    public ImmutableArray<ResetAttempt> Failed =>
        _method != ResetMethod.Unknown && _result is { } result and not 0 ? [.. _ended, Attempt(result)] : [.. _ended];

    /// <summary>A reset begins.</summary>
    public void Begin(long ns)
    {
        _ended.Clear();
        (_method, _sinceNs, _untilNs, _result) = (ResetMethod.Unknown, ns, ns, null);
    }

    /// <summary>A step begins that is not inside another one.</summary>
    public void StepBegins(ResetMethod method)
    {
        // A bus reset has several steps.
        if (method == ResetMethod.Unknown || (method == _method && _result is null))
            return;
        if (_method != ResetMethod.Unknown)
            Next(_result ?? -Errno.ENOTTY);
        (_method, _result) = (method, null);
    }

    /// <summary>This step ends.</summary>
    /// <param name="part">The step.</param>
    /// <param name="waited">Another step was inside it: a wait, or the reset itself.</param>
    public void StepEnds(in ResetPart part, bool waited)
    {
        // What the IOMMU does before a bus reset is not a part of the attempt before.
        if (_method == ResetMethod.Unknown || part.Step == ResetStep.IommuBlock)
            return;
        _untilNs = part.Time.EndNs;
        if (!part.Step.IsMethod())
            return;
        _result = part.Result;
        if (part.Result == -Errno.ENOTTY && !waited && part.Time.DurationNs < MinNs)
            (_method, _result) = (ResetMethod.Unknown, null);
    }

    /// <summary>The reset ends.</summary>
    /// <returns>The method that was tried last, and those before it.</returns>
    public (ResetMethod Last, ImmutableArray<ResetAttempt> FailedBefore) End(int result)
    {
        // Where all that were seen failed, another one did it.
        if (result == 0 && Current == ResetMethod.Unknown && _method != ResetMethod.Unknown)
            Next(_result!.Value);
        return (_method, _ended.Count == 0 ? [] : [.. _ended]);
    }

    private void Next(int result)
    {
        _ended.Add(Attempt(result));
        (_method, _sinceNs, _result) = (ResetMethod.Unknown, _untilNs, null);
    }

    private ResetAttempt Attempt(int result) => new(_method, new Interval(_sinceNs, _untilNs), result);
}

/// <summary>Which step belongs to which method.</summary>
internal static class ResetStepMethods
{
    /// <summary>Unknown for steps that several methods have.</summary>
    public static ResetMethod Method(this ResetStep step) => step switch
    {
        ResetStep.Bus or ResetStep.SecondaryBus or ResetStep.BridgeWait => ResetMethod.Bus,
        ResetStep.Flr => ResetMethod.Flr,
        ResetStep.AfFlr => ResetMethod.AfFlr,
        ResetStep.Pm => ResetMethod.Pm,
        ResetStep.DeviceSpecific => ResetMethod.DeviceSpecific,
        ResetStep.Acpi => ResetMethod.Acpi,
        ResetStep.CxlBus => ResetMethod.CxlBus,
        ResetStep.D3cold => ResetMethod.D3cold,
        _ => ResetMethod.Unknown,
    };

    /// <summary>It is the method's own function, whose result is the method's.</summary>
    public static bool IsMethod(this ResetStep step) =>
        step.Method() != ResetMethod.Unknown && step is not (ResetStep.SecondaryBus or ResetStep.BridgeWait);
}
