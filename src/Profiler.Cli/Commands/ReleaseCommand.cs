using System.CommandLine;
using System.CommandLine.Parsing;
using Profiler.Cli.Commands.Options;
using Profiler.Cli.Release;
using Profiler.Cli.Release.Vfio;
using Profiler.Cli.Usage;
using Profiler.Core;
using Profiler.Host.Pci;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope release</c>: opens devices and releases them in a chosen way.</summary>
internal static class ReleaseCommand
{
    public static Command Create()
    {
        var mode = OptionValues.OneOf<ReleaseMode>("--mode",
            "exit: the process exits with all devices open; close: one after the other; threads: all at once, each from its " +
            "own thread; processes: all at once, each by the exit of its own process");
        var openOnly = new Option<bool>("--open-only")
        {
            Description = "in place of a mode: show how long it took to open the devices, one after the other, and to map the memory, as when a VM starts",
        };
        var repeat = new Option<int>("--repeat")
        {
            Description = "how often to open and release the devices",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
            CustomParser = result => OptionValues.WholeNumber(result, 1),
        };
        var hold = new Option<bool>("--hold") { Description = "wait with the devices open until Enter or a signal" };
        var dma = new Option<ByteSize>("--dma")
        {
            Description = "map this much memory for DMA, as for a VM: 512M, 2G; in mode processes each process maps as much. " +
                "The kernel unpins it after the last device, which takes time. The memory must be free",
            HelpName = "SIZE",
            CustomParser = result => OptionValues.Size(result),
        };
        var iommu = OptionValues.OneOf<IommuApi>("--iommu",
            "type1: open the devices through their IOMMU groups; iommufd: each by a node of its own, as newer VMMs do; compat: through their groups, with an iommufd as the container", IommuApi.Type1);
        var page = new Option<PageSize>("--page")
        {
            Description = "pages of that memory: 4k: the slowest to unpin, as on a host with fragmented memory; 2m: transparent huge pages, " +
                "as far as the kernel finds them; 1g: reserved ones, see hugepages-1048576kB in /sys/kernel/mm/hugepages",
            HelpName = string.Join('|', PageSize.All.Select(p => p.Name)),
            DefaultValueFactory = _ => PageSize.Small,
            CustomParser = ParsePage,
        };
        var worker = new Option<bool>(Worker.Option) { Hidden = true };
        var devices = new Argument<string[]>("BDF")
        {
            Description = "PCI address of a device bound to vfio-pci: 0000:01:00.0 or 01:00.0",
            Arity = ArgumentArity.OneOrMore,
        };

        var command = new Command("release", "Opens VFIO devices, releases them again in a chosen way, and shows how long it took.")
        {
            mode, openOnly, repeat, hold, iommu, dma, page, worker, devices,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(mode) is null == !result.GetValue(openOnly))
                result.AddError($"write either {mode.Name} {mode.HelpName} or {openOnly.Name}");
        });
        command.SetAction((parsed, stop) =>
        {
            string[] arguments = parsed.GetRequiredValue(devices);
            var options = new IommuOptions(parsed.GetValue(iommu), parsed.GetValue(dma), parsed.GetValue(page)!);
            if (parsed.GetValue(worker))
                return Task.FromResult(Worker.Run(arguments, options));
            var run = new ReleaseRun(parsed.GetValue(openOnly) ? null : parsed.GetRequiredValue(mode), parsed.GetValue(repeat), parsed.GetValue(hold), options);
            run.Execute(new DeviceArguments(new PciSysfs(), options.Api).Resolve(arguments), parsed.InvocationConfiguration.Output, stop);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static PageSize ParsePage(ArgumentResult result)
    {
        if (PageSize.Parse(result.Tokens[0].Value) is { } size)
            return size;
        result.Expects($"{string.Join(", ", PageSize.All[..^1].Select(p => p.Name))} or {PageSize.All[^1].Name}");
        return PageSize.Small;
    }
}
