using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using Profiler.Cli.Commands.Options;
using Profiler.Cli.Unix;
using Profiler.Core;
using Profiler.Core.Stuck;
using Profiler.Host.Live;
using Profiler.Host.Pci;
using Profiler.Host.Processes;
using Profiler.Host.Stuck;
using Profiler.Host.Vms;
using Profiler.Report.Why;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope why</c>: what is stuck now, with nothing attached before.</summary>
internal static class WhyCommand
{
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(100);

    // A command line cannot be read while the process changes its address space, which may be what is stuck.
    private static readonly TimeSpan NamesWithin = TimeSpan.FromMilliseconds(250);

    public static Command Create()
    {
        var subject = new Argument<string?>("PID|BDF|VM")
        {
            Description = "a process, a device (0000:01:00.0 or 01:00.0) or the name of a VM; without it everything",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("why", "Shows what is stuck right now: threads in VFIO, whom they wait for, who uses each device.") { subject };
        FormatOptions<OutputFormat>.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            Privileges.DemandRoot();
            var sysfs = new PciSysfs();
            string? asked = parsed.GetValue(subject);
            if (asked is not null && PciAddress.TryParse(asked, out PciAddress address) && !sysfs.Exists(address))
                throw UserException.Usage($"there is no device {address}: see 'lspci -D' for those that there are");
            StuckAnswer answer = await Ask(asked, new ProcFs(), new DeviceIdentities(sysfs, PciIds.Installed), TimeProvider.System, cancellation);
            TextWriter output = parsed.InvocationConfiguration.Output;
            await output.WriteAsync(FormatOptions<OutputFormat>.From(parsed) == OutputFormat.Json
                ? WhyJson.Text(WhyDocument.Of(answer, Environment.MachineName, (await File.ReadAllTextAsync("/proc/sys/kernel/osrelease", cancellation)).Trim(), DateTimeOffset.UtcNow))
                : WhyText.Of(answer, TerminalWidth.For(null)));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Looks twice, and answers about the subject.</summary>
    /// <exception cref="UserException">There is nothing of it (1).</exception>
    internal static async Task<StuckAnswer> Ask(string? asked, ProcFs proc, DeviceIdentities devices, TimeProvider time, CancellationToken cancellation)
    {
        var looks = new StuckLooks(proc, devices, time);
        HostLook first = looks.First();
        await Task.Delay(Apart, time, cancellation);
        HostLook second = looks.Again();
        (HostLook named, bool all) = await Named(second, new VmNames(proc), time, cancellation);
        StuckAnswer answer = new StuckAnalysis(first, named).Answer();
        StuckSubject subject = SubjectOf(asked, proc);
        return subject.Of(answer)
            ?? throw (subject.Vm is not null && !all
                ? UserException.NotPossible($"the names of some VMs cannot be read, one of them may be called {asked}: ask by its process or a device")
                : new UserException(ExitCode.No, Nothing(asked!, proc)));
    }

    private static async Task<(HostLook Look, bool All)> Named(HostLook look, VmNames names, TimeProvider time, CancellationToken cancellation)
    {
        var known = new ConcurrentDictionary<int, string?>();
        // A thread of its own, which may stay stuck.
        Task reading = Task.Factory.StartNew(
            () =>
            {
                foreach (ProcessLook process in look.Processes)
                    known[process.Pid] = names.Of(process.Pid)?.Vm;
            },
            cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        bool all = true;
        try
        {
            await reading.WaitAsync(NamesWithin, time, cancellation);
        }
        catch (TimeoutException)
        {
            all = false;
        }
        return (look with { Processes = [.. look.Processes.Select(p => p with { Vm = known.GetValueOrDefault(p.Pid) })] }, all);
    }

    // A number is a process, if there is one, else a VM's name.
    private static StuckSubject SubjectOf(string? asked, ProcFs proc) =>
        asked is null ? new StuckSubject()
        : PciAddress.TryParse(asked, out PciAddress address) ? new StuckSubject(Device: $"{address}")
        : Pid(asked) is { } pid && proc.StartOf(pid) is not null ? new StuckSubject(Pid: pid)
        : new StuckSubject(Vm: asked);

    private static string Nothing(string asked, ProcFs proc) =>
        PciAddress.TryParse(asked, out PciAddress address) ? $"{address} has no VFIO driver, and nothing of VFIO uses it: see 'vfioscope why' for all"
        : Pid(asked) is { } pid && proc.StartOf(pid) is not null ? $"process {pid} ({proc.CommOf(pid)}) has no VFIO device: see 'vfioscope why' for all"
        : $"there is no process and no VM with a VFIO device that is called {asked}: see 'vfioscope why' for all";

    private static int? Pid(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 0 ? pid : null;
}
