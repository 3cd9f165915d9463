using Profiler.Host.Pci;

namespace Profiler.Cli.Release.Vfio;

/// <summary>A device that can be opened.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Group">Its IOMMU group.</param>
/// <param name="Node">Its own node; null if it is to be opened through the group.</param>
internal sealed record VfioDevice(PciAddress Address, int Group, string? Node = null);
