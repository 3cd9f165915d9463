using System.Collections.Immutable;
using Profiler.Core.Facts;

namespace Profiler.Core.Stuck;

/// <summary>One look at a host: VFIO devices, the processes that use them, and what their threads do in the kernel.</summary>
/// <param name="AtNs">When it was taken, by any clock that both looks have.</param>
/// <param name="Devices">Devices with a VFIO driver, and those that are losing it while they are in use.</param>
/// <param name="Processes">Those with a VFIO file, and those with a thread in a kernel function of VFIO.</param>
public sealed record HostLook(long AtNs, ImmutableArray<DeviceLook> Devices, ImmutableArray<ProcessLook> Processes);

/// <param name="Identity">The device. Without a driver it is being unbound.</param>
/// <param name="Enabled">It is in use: its driver has enabled it, and not disabled it since.</param>
public sealed record DeviceLook(DeviceIdentity Identity, bool Enabled);

/// <param name="Pid">The process.</param>
/// <param name="Comm">Its name, printable.</param>
/// <param name="Vm">The name of its VM; null if it is none, or if that could not be read in time.</param>
/// <param name="Exiting">It is in do_exit: it has no descriptors any more.</param>
/// <param name="Files">Its VFIO files.</param>
/// <param name="Threads">Its threads.</param>
public sealed record ProcessLook(int Pid, string Comm, string? Vm, bool Exiting, VfioFiles Files, ImmutableArray<ThreadLook> Threads);

/// <summary>The VFIO files that a process has open.</summary>
/// <param name="Named">Devices that the kernel names.</param>
/// <param name="Unnamed">Number of other devices: older kernels do not name those opened through their group.</param>
/// <param name="Groups">IOMMU groups.</param>
public sealed record VfioFiles(ImmutableArray<string> Named, int Unnamed, ImmutableArray<int> Groups)
{
    public static readonly VfioFiles None = new([], 0, []);
}

/// <param name="Tid">The thread.</param>
/// <param name="Comm">Its name, printable.</param>
/// <param name="State">As in proc(5): R, S, D, T, t, X, Z, I.</param>
/// <param name="Stack">Its kernel stack, innermost frame first, printable; without functions of the scheduler, which the kernel leaves out: those that
/// wait for a mutex are among them.</param>
/// <param name="Turns">How often it got a CPU; null if the kernel does not count it.</param>
/// <param name="Writes">What it is writing to sysfs; null if nothing.</param>
public sealed record ThreadLook(int Tid, string Comm, char State, ImmutableArray<string> Stack, long? Turns, SysfsWrite? Writes = null);

/// <summary>A write to sysfs that goes on.</summary>
/// <param name="File">The last part of the file's path: "unbind".</param>
/// <param name="Device">The device that it is about: in whose folder the file is, or whose address is written; null if neither.</param>
public sealed record SysfsWrite(string File, string? Device);
