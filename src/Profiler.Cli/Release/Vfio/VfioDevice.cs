using Profiler.Host.Pci;

namespace Profiler.Cli.Release.Vfio;

/// <summary>A device that can be opened by way of its IOMMU group.</summary>
internal sealed record VfioDevice(PciAddress Address, int Group);
