using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Lives;

/// <summary>Something that a process did with its devices, or a part of its end.</summary>
/// <param name="Time">When.</param>
/// <param name="Operation">The operation; null if it was a reset outside of them, or a part of the end.</param>
/// <param name="Part">The part of the end; null if it was something else.</param>
internal readonly record struct ProcessSpan(Interval Time, Operation? Operation, TeardownPart? Part)
{
    public bool IsRelease => Operation?.Kind == OperationKind.Release;

    public bool IsOpen => Operation?.Kind == OperationKind.Open;

    /// <summary>It did something with a device.</summary>
    public bool IsOfDevice => Part is null;

    /// <summary>A part of the end that may follow from a close.</summary>
    public bool MayFollowClose => Part?.Step is TeardownStep.Iommu or TeardownStep.Kvm;
}
