using System.Collections.Immutable;
using System.CommandLine;
using Profiler.Bpf.Session;
using Profiler.Cli.Commands.Options;
using Profiler.Core;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Host.Live;
using Profiler.Host.Pci;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope check</c>: what this machine offers, and what would be watched, and how.</summary>
internal static class CheckCommand
{
    private static readonly string[] Modules = ["vfio", "vfio_pci", "vfio_pci_core", "vfio_iommu_type1", "iommufd"];

    public static Command Create()
    {
        var clean = new Option<bool>("--clean")
        {
            Description = "remove the probes that a vfioscope left behind that was killed, and do nothing else",
        };
        var command = new Command("check", "Says what can be watched on this machine, and how; attaches to find out.") { clean };
        LiveOptions.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult(
            parsed.GetValue(clean) ? Clean(Console.Out) : Run(LiveOptions.From(parsed), Console.Out, cancellation)));
        return command;
    }

    private static int Clean(TextWriter output)
    {
        Privileges.Demand();
        ImmutableArray<string> removed = Leftovers.Remove();
        foreach (string probe in removed)
            output.WriteLine($"removed {probe}");
        if (removed.IsEmpty)
            output.WriteLine("nothing was left behind");
        return ExitCode.Done;
    }

    private static int Run(CaptureOptions options, TextWriter output, CancellationToken cancellation)
    {
        string missing = Privileges.Missing();
        Print(output, "kernel", File.ReadAllText("/proc/sys/kernel/osrelease").Trim());
        Print(output, "privileges", missing.Length == 0 ? "sufficient" : $"{missing} missing");
        Print(output, "type information", File.Exists("/sys/kernel/btf/vmlinux") ? "/sys/kernel/btf/vmlinux" : "none (BTF)");
        Print(output, "modules", string.Join(", ", Modules.Select(m => Directory.Exists($"/sys/module/{m}") ? m : $"{m} not loaded")));
        Devices(output, new DeviceIdentities(new PciSysfs(), PciIds.Installed).Scan());
        Privileges.Demand();

        // Only attaching shows whether something can be attached.
        using var session = BpfSession.Start(
            () => LiveSource.Plan(options), options.RingBufferBytes, TimeSpan.Zero, countRuns: false, cancellation);
        IReadOnlyList<ProbeStatus> probes = session.Status();
        Probes(output, probes);
        Problems(output, SessionProblems.Of(session));
        return Verdict(output, probes, session.SwitchedOff);
    }

    /// <summary>What will be missed later.</summary>
    internal static void Problems(TextWriter output, ImmutableArray<Problem> problems)
    {
        if (!problems.IsEmpty)
            output.WriteLine();
        foreach (Problem problem in problems)
            output.WriteLine($"{(problem.Kind.Impact == Impact.Note ? "note" : "problem")}: {problem.Text}{(problem.Kind.Remedy is { } remedy ? $" ({remedy})" : "")}");
    }

    /// <summary>Whether the three are attached that there is no answer without, and are not switched off.</summary>
    internal static int Verdict(TextWriter output, IReadOnlyList<ProbeStatus> probes, ImmutableArray<string> switchedOff)
    {
        string[] missing = [.. probes.Where(p => p.Essential && !p.Attached).Select(p => p.Name)];
        output.WriteLine(
            missing.Length > 0 ? $"\nrequired probes missing: {string.Join(", ", missing)}"
            : !switchedOff.IsEmpty ? $"\nrelease, lock and reset are attached, but switched off: {string.Join(", ", switchedOff)}"
            : "\nrelease, lock and reset can all be watched");
        return missing.Length == 0 && switchedOff.IsEmpty ? ExitCode.Done : ExitCode.No;
    }

    private static void Probes(TextWriter output, IReadOnlyList<ProbeStatus> probes)
    {
        output.WriteLine($"\n{"probe",-22} {"function or tracepoint",-34} {"attached",-11} why");
        foreach (ProbeStatus p in probes)
            output.WriteLine($"{p.Name,-22} {p.Symbol,-34} {State(p),-11} {p.Reason}");
    }

    private static string State(ProbeStatus p) =>
        p.Attached ? p.Kind!.Value.ToString().ToLowerInvariant() : p.WaitsFor is null ? "NO" : "waiting";

    internal static void Devices(TextWriter output, IReadOnlyList<DeviceIdentity> devices)
    {
        if (devices.Count == 0)
        {
            output.WriteLine("\nno device is bound to a VFIO driver");
            return;
        }
        string[] mates = [.. devices.Select(d => d.DevSetMates.Count == 0 ? "no other" : string.Join(", ", d.DevSetMates))];
        const string MatesTitle = "shares its reset with";
        int width = mates.Append(MatesTitle).Max(m => m.Length);
        output.WriteLine($"\n{"device",-13} {"driver",-10} {"group",5}  {"reset methods",-20} {MatesTitle.PadRight(width)}  name");
        foreach ((DeviceIdentity d, string m) in devices.Zip(mates))
            output.WriteLine(
                $"{d.Bdf,-13} {d.Driver,-10} {d.IommuGroup?.ToString() ?? "none",5}  {ResetMethods(d),-20} " +
                $"{m.PadRight(width)}  {DeviceNames.Of(d)}");
    }

    private static string ResetMethods(DeviceIdentity device) => device.ResetMethods switch
    {
        null => "unknown",
        [] => "none",
        { } methods => string.Join(' ', methods),
    };

    private static void Print(TextWriter output, string what, string value) => output.WriteLine($"{what,-22} {value}");
}
