using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Profiler.Core.Facts;
using Profiler.Core.Stuck;
using Profiler.Core.Wire;
using Profiler.Host.Pci;
using Profiler.Host.Processes;

namespace Profiler.Host.Stuck;

/// <summary>
/// Looks at what the threads that have to do with VFIO do in the kernel: at all threads of processes with a VFIO file, of those that are exiting,
/// and of those with a file of a PCI device in sysfs open; of other processes at the first thread if it is in uninterruptible sleep; and at kernel
/// threads that do not idle. Nothing is attached, and no lock of a device is taken.
/// </summary>
/// <param name="proc">The processes.</param>
/// <param name="devices">The devices.</param>
/// <param name="time">The clock of the looks.</param>
public sealed class StuckLooks(ProcFs proc, DeviceIdentities devices, TimeProvider time)
{
    private const int MaxFrame = 128, MaxWritten = 64;
    private const string Sysfs = "/sys/";

    private readonly DeviceHolders _holders = new(proc, devices.OfNode);
    private readonly Dictionary<int, (string Comm, VfioFiles Files, string[] Sysfs)> _processes = [];

    /// <summary>Looks at all processes.</summary>
    public HostLook First()
    {
        foreach (int pid in proc.Processes())
        {
            IReadOnlyList<(string Fd, string Target)> open = proc.DescriptorsOf(pid);
            DeviceHolders.Held held = _holders.HeldBy(pid, open);
            string[] sysfs = [.. open.Where(f => IsOfPci(f.Target)).Select(f => f.Fd)];
            bool has = DeviceHolders.HasAny(open);
            if (has || sysfs.Length > 0 || MayBe(pid))
                _processes.Add(pid, (proc.CommOf(pid), has ? new VfioFiles([.. held.Named.Distinct()], held.Devices - held.Named.Count, [.. held.Groups]) : VfioFiles.None, sysfs));
        }
        return Look();
    }

    /// <summary>Looks again at the processes of the first look.</summary>
    public HostLook Again() => Look();

    private HostLook Look()
    {
        long now = (long)(time.GetTimestamp() * (1e9 / time.TimestampFrequency));
        ImmutableArray<ProcessLook> processes = [.. _processes.Select(p => Process(p.Key)).OfType<ProcessLook>()];
        return new HostLook(now, Devices(processes), processes);
    }

    // A device that is being unbound has no driver in sysfs any more: it is known by who has it open, or is writing its address.
    private ImmutableArray<DeviceLook> Devices(ImmutableArray<ProcessLook> processes)
    {
        IEnumerable<string> others = processes.SelectMany(p => p.Files.Named.Concat(p.Threads.Select(t => t.Writes?.Device).OfType<string>()));
        return
        [
            .. devices.Scan().Concat(others.Select(bdf => devices.Learn(bdf)).OfType<DeviceIdentity>()).DistinctBy(d => d.Bdf)
                .OrderBy(d => d.Bdf, StringComparer.Ordinal).Select(d => new DeviceLook(d, devices.IsEnabled(d.Bdf))),
        ];
    }

    private ProcessLook? Process(int pid)
    {
        (string comm, VfioFiles files, string[] sysfs) = _processes[pid];
        ImmutableArray<ThreadLook> threads = [.. proc.ThreadsOf(pid).Select(tid => Thread(pid, tid, sysfs)).OfType<ThreadLook>()];
        bool exiting = proc.StatOf(pid) is { IsExiting: true, IsKernelThread: false } && proc.AllExit(pid);
        return threads.IsEmpty || (files == VfioFiles.None && !threads.Any(t => KernelFunctions.IsKnown(t.Stack)))
            ? null
            : new ProcessLook(pid, comm, null, exiting, files, threads);
    }

    private ThreadLook? Thread(int pid, int tid, string[] sysfs)
    {
        if (proc.StatOf(pid, tid) is not { } stat)
            return null;
        ImmutableArray<string> stack =
        [
            .. proc.StackOf(pid, tid)
                .Select(line => Printable.Clean(line.StartsWith("[<", StringComparison.Ordinal) ? line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..] : line, MaxFrame)),
        ];
        // "run_ns wait_ns turns", Documentation/scheduler/sched-stats.rst.
        long? turns = proc.Read(pid, $"task/{tid}/schedstat").Split(' ') is [_, _, var text] &&
            long.TryParse(text.Trim(), CultureInfo.InvariantCulture, out long number) && number > 0 ? number : null;
        string comm = Printable.Clean(proc.Read(pid, $"task/{tid}/comm").TrimEnd());
        return new ThreadLook(tid, comm, stat.State, stack, turns, sysfs.Length > 0 ? Writes(pid, tid, sysfs) : null);
    }

    // "1 0x4 0x7ffc… 0xd …": number and arguments of the system call that it is in, proc(5); 1 is write on x86-64.
    private SysfsWrite? Writes(int pid, int tid, string[] sysfs)
    {
        if (proc.Read(pid, $"task/{tid}/syscall").Split(' ') is not ["1", var fd, var address, var count, ..] || Hex(fd) is not { } number ||
            Hex(address) is not { } at || Hex(count) is not { } length || !sysfs.Contains($"{number}"))
            return null;
        string path = proc.DescriptorsOf(pid).FirstOrDefault(f => f.Fd == $"{number}").Target ?? "";
        string folder = Path.GetFileName(Path.GetDirectoryName(path)) ?? "";
        string written = Encoding.ASCII.GetString(proc.Memory(pid, at, (int)Math.Clamp(length, 0, MaxWritten))).Trim();
        string? device = PciAddress.TryParse(folder, out PciAddress itsFolder) ? $"{itsFolder}"
            : PciAddress.TryParse(written, out PciAddress address2) ? $"{address2}" : null;
        return new SysfsWrite(Printable.Clean(Path.GetFileName(path)), device);
    }

    private static long? Hex(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long value) ? value : null;

    private static bool IsOfPci(string target) => target.StartsWith(Sysfs, StringComparison.Ordinal) && target.Contains("/pci", StringComparison.Ordinal);

    private bool MayBe(int pid) => proc.StatOf(pid) is { } stat &&
        (stat.IsKernelThread ? stat.State is 'D' or 'S' or 'R' : stat.IsExiting ? stat.State != 'Z' || proc.ThreadsOf(pid).Count > 1 : stat.State == 'D');
}
