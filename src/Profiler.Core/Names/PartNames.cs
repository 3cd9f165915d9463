using Profiler.Core.Lives;
using Profiler.Core.Wire;

namespace Profiler.Core.Names;

/// <summary>How parts of shutdowns and starts beside operations are called in traces: as their phases.</summary>
public static class PartNames
{
    /// <summary>"IOMMU unmap and unpin".</summary>
    public static string Words(this TeardownStep step) => step switch
    {
        TeardownStep.Memory => Phase.Memory.Words(),
        TeardownStep.Files => Phase.Files.Words(),
        TeardownStep.Iommu => Phase.Iommu.Words(),
        TeardownStep.Kvm => Phase.Kvm.Words(),
        TeardownStep.Power => Phase.Power.Words(),
        _ => Phase.CoreDump.Words(),
    };

    /// <summary>"mapping for DMA", which may be of several phases.</summary>
    public static string Words(this StartStep step) => step switch
    {
        StartStep.Interrupts => StartPhase.Interrupts.Words(),
        StartStep.KvmMemory => StartPhase.Kvm.Words(),
        _ => "mapping for DMA",
    };
}
