using Profiler.Host.Pci;

namespace Profiler.Cli.Release.Vfio;

/// <summary>A device that can be opened through its IOMMU group.</summary>
internal sealed record VfioDevice(PciAddress Address, int Group);
