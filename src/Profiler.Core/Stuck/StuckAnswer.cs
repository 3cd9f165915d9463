using System.Collections.Immutable;
using Profiler.Core.Facts;

namespace Profiler.Core.Stuck;

/// <summary>What is stuck on a host, concluded from two looks.</summary>
/// <param name="ApartNs">Time between the looks.</param>
/// <param name="Threads">Those in uninterruptible sleep (D) first.</param>
/// <param name="Devices">In the order of their addresses.</param>
public sealed record StuckAnswer(long ApartNs, ImmutableArray<StuckThread> Threads, ImmutableArray<StuckDevice> Devices);

/// <summary>A thread in a kernel function of VFIO, of a device's reset or unbind, or in uninterruptible sleep in a process that uses VFIO.</summary>
/// <param name="Process">Its process.</param>
/// <param name="Look">The thread as the later look has it.</param>
/// <param name="Activity">What it does as a whole.</param>
/// <param name="Step">Where it is in that.</param>
/// <param name="Device">The device that it is about; null if unknown.</param>
/// <param name="SeenNs">How long it was seen in this function: the time between the looks; 0 if only the later one has it there.</param>
/// <param name="Ran">Whether it got a CPU between the looks; null if unknown.</param>
/// <param name="Wait">For whom it waits; null if for nobody, or unknown.</param>
public sealed record StuckThread(
    ProcessLook Process, ThreadLook Look, KernelActivity Activity, KernelStep Step, Likely? Device, long SeenNs, bool? Ran, StuckWait? Wait)
{
    /// <summary>The innermost function of its stack; null where the kernel shows none.</summary>
    public string? Function => Look.Stack is [var innermost, ..] ? KernelFunctions.FunctionOf(innermost) : null;
}

/// <param name="Bdf">A device.</param>
/// <param name="Certain">The kernel says so; else it is concluded.</param>
public sealed record Likely(string Bdf, bool Certain);

/// <param name="Lock">For which lock, concluded from the function that takes it; null if it waits for users of the device.</param>
/// <param name="Holders">Who has that; several if it is one of them, or all of them are waited for; empty if unknown.</param>
public sealed record StuckWait(KernelLock? Lock, ImmutableArray<StuckHolder> Holders);

/// <param name="Process">Its process.</param>
/// <param name="Tid">The thread; null if it is the process as a whole.</param>
/// <param name="Activity">What the thread does.</param>
/// <param name="Step">Where it is in that.</param>
/// <param name="Certain">The kernel says so; else it is concluded.</param>
public sealed record StuckHolder(ProcessLook Process, int? Tid, KernelActivity Activity, KernelStep Step, bool Certain);

/// <param name="Identity">The device.</param>
/// <param name="Enabled">It is in use.</param>
/// <param name="Users">The processes that keep it, or its group, in use.</param>
public sealed record StuckDevice(DeviceIdentity Identity, bool Enabled, ImmutableArray<DeviceUser> Users);

/// <param name="Process">The process.</param>
/// <param name="Use">How it uses the device.</param>
/// <param name="Certain">The kernel says so; else it may be another device, or is concluded.</param>
public sealed record DeviceUser(ProcessLook Process, DeviceUse Use, bool Certain);

/// <summary>How a process keeps a device in use.</summary>
public enum DeviceUse
{
    Open,

    /// <summary>It has the device's group open, so that no other process can open that.</summary>
    Group,

    /// <summary>It has no descriptors any more, and the device is enabled and open nowhere.</summary>
    Exiting,
    Unbinding,
}
