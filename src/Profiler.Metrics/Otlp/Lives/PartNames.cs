using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Metrics.Otlp.Lives;

/// <summary>How parts of shutdowns and starts beside operations are called: as their phases.</summary>
internal static class PartNames
{
    public static string Of(TeardownStep step) => step switch
    {
        TeardownStep.Memory => Phase.Memory.Words(),
        TeardownStep.Files => Phase.Files.Words(),
        TeardownStep.Iommu => Phase.Iommu.Words(),
        TeardownStep.Kvm => Phase.Kvm.Words(),
        TeardownStep.Power => Phase.Power.Words(),
        _ => Phase.CoreDump.Words(),
    };

    public static string Of(StartPart part) => part.Step switch
    {
        StartStep.Interrupts => StartPhase.Interrupts.Words(),
        StartStep.KvmMemory => StartPhase.Kvm.Words(),
        _ => "mapping for DMA",
    };
}
