using System.CommandLine;
using System.CommandLine.Parsing;
using Profiler.Cli.Release;
using Profiler.Cli.Release.Vfio;
using Profiler.Core;
using Profiler.Host.Pci;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope release</c>: opens devices and lets them go in a chosen way.</summary>
internal static class ReleaseCommand
{
    public static Command Create()
    {
        var mode = new Option<ReleaseMode>("--mode")
        {
            Description = "exit: the process exits with all devices open. close: one after the other. threads: all at once, " +
                "a thread each. processes: all at once, a process each (its time is that of the process's exit).",
            HelpName = "exit|close|threads|processes",
            Required = true,
            CustomParser = ParseMode,
        };
        var repeat = new Option<int>("--repeat")
        {
            Description = "How often to open and release the devices.",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
            CustomParser = ParseRepeat,
        };
        var hold = new Option<bool>("--hold")
        {
            Description = "Wait with the devices open until Enter, SIGINT or SIGTERM.",
        };
        var dma = new Option<ByteSize>("--dma")
        {
            Description = "Map so much memory for DMA (512M, 2G), as a VM's is; with processes, each does. The kernel unpins it " +
                "after the last device, which takes time of its own. So much memory must be free.",
            HelpName = "SIZE",
            CustomParser = ParseSize,
        };
        var hugePages = new Option<bool>("--huge-pages")
        {
            Description = "Let --dma have huge pages. Without, all pages are 4 KiB: the slowest to unpin, and what a host has " +
                "whose memory is fragmented.",
        };
        var worker = new Option<bool>(Worker.Option) { Hidden = true };
        var devices = new Argument<string[]>("BDF")
        {
            Description = "PCI addresses of devices bound to vfio-pci: 0000:01:00.0 or 01:00.0.",
            Arity = ArgumentArity.OneOrMore,
        };

        var command = new Command("release", "Opens VFIO devices and releases them again, timing each.")
        {
            mode, repeat, hold, dma, hugePages, worker, devices,
        };
        // Synchronous on purpose: for an asynchronous action the library would handle the signals, and give up after a while.
        command.SetAction(parsed =>
        {
            string[] arguments = parsed.GetRequiredValue(devices);
            var memory = new DmaOptions(parsed.GetValue(dma), parsed.GetValue(hugePages));
            if (parsed.GetValue(worker))
                return Worker.Run(arguments, memory);
            var run = new ReleaseRun(parsed.GetRequiredValue(mode), parsed.GetValue(repeat), parsed.GetValue(hold), memory);
            run.Execute(new DeviceArguments(new PciSysfs()).Resolve(arguments), parsed.InvocationConfiguration.Output);
            return ExitCode.Done;
        });
        return command;
    }

    private static ReleaseMode ParseMode(ArgumentResult result)
    {
        if (ReleaseModes.Named(result.Tokens[0].Value) is { } mode)
            return mode;
        result.AddError($"--mode {result.Tokens[0].Value}: write exit, close, threads or processes");
        return default;
    }

    private static ByteSize ParseSize(ArgumentResult result)
    {
        if (ByteSize.Parse(result.Tokens[0].Value) is { } size)
            return size;
        result.AddError($"--dma {result.Tokens[0].Value}: write a size, as 512M or 2G");
        return default;
    }

    private static int ParseRepeat(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, out int repeat) && repeat >= 1)
            return repeat;
        result.AddError($"--repeat {result.Tokens[0].Value}: write a whole number, 1 or more");
        return default;
    }
}
