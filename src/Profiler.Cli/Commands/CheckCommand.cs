using System.Collections.Immutable;
using System.CommandLine;
using Profiler.Bpf.Session;
using Profiler.Cli.Check;
using Profiler.Cli.Commands.Options;
using Profiler.Core;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Host.Live;
using Profiler.Host.Pci;
using Profiler.Linux;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope check</c>: what this machine offers, and how each probe would be attached.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var clean = new Option<bool>("--clean")
        {
            Description = "remove the probes that a killed vfioscope left behind, and do nothing else",
        };
        var command = new Command("check", "Shows what can be watched on this machine, and how. Attaches all probes to find out.") { clean };
        FormatOptions<OutputFormat>.AddTo(command);
        LiveOptions.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            return Task.FromResult(
                parsed.GetValue(clean) ? Clean(output) : Run(LiveOptions.From(parsed), FormatOptions<OutputFormat>.From(parsed), output, cancellation));
        });
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

    private static int Run(CaptureOptions options, OutputFormat format, TextWriter output, CancellationToken cancellation)
    {
        bool text = format == OutputFormat.Text;
        string kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        IReadOnlyList<DeviceIdentity> devices = new DeviceIdentities(new PciSysfs(), PciIds.Installed).Scan();
        if (text)
            Machine(output, kernel, devices);
        Privileges.Demand();

        // Only attaching shows whether something can be attached.
        using var session = BpfSession.Start(
            kernel => LiveSource.Plan(options, kernel), options.RingBufferBytes, TimeSpan.Zero, countRuns: false, cancellation);
        IReadOnlyList<ProbeStatus> probes = session.Status();
        ImmutableArray<Problem> problems = SessionProblems.Of(session);
        bool ok = Passes(probes, session.SwitchedOff);
        if (text)
        {
            CheckText.Probes(output, probes);
            CheckText.Problems(output, problems);
            CheckText.Verdict(output, probes, session.SwitchedOff);
        }
        else
            output.Write(CheckJson.Text(CheckDocument.Of(Environment.MachineName, kernel, probes, session.Verified(), devices, problems, ok)));
        return ok ? ExitCode.Done : ExitCode.No;
    }

    /// <summary>All required probes are attached, and none of the kernel's switches keeps them from running.</summary>
    internal static bool Passes(IReadOnlyList<ProbeStatus> probes, ImmutableArray<string> switchedOff) =>
        switchedOff.IsEmpty && probes.All(p => p.Attached || !p.Essential);

    // What can be told without privileges, and before attaching takes its time.
    private static void Machine(TextWriter output, string kernel, IReadOnlyList<DeviceIdentity> devices)
    {
        string missing = Privileges.Missing();
        CheckText.Fact(output, "kernel", kernel);
        CheckText.Fact(output, "privileges", missing.Length == 0 ? "sufficient" : $"{missing} missing");
        CheckText.Fact(output, "type information", File.Exists("/sys/kernel/btf/vmlinux") ? "/sys/kernel/btf/vmlinux" : "none (BTF)");
        CheckText.Fact(output, "modules", string.Join(", ", KernelModules.All.Select(
            m => Directory.Exists($"/sys/module/{m}") ? m : $"{m} not loaded")));
        CheckText.Devices(output, devices);
    }
}
