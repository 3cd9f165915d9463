using System.CommandLine;
using Profiler.Core;
using Profiler.Core.Capture;

namespace Profiler.Cli.Commands.Options;

/// <summary>Which processes, VMs and devices are shown: the options of the commands that show them.</summary>
internal static class FilterOptions
{
    private static readonly Option<int?> PidOption = new("--pid")
    {
        Description = "show only this process",
        HelpName = "PID",
        CustomParser = result => OptionValues.WholeNumber(result, 1),
    };

    private static readonly Option<string?> VmOption = new("--vm") { Description = "show only the VM of this name", HelpName = "NAME" };

    private static readonly Option<string?> DeviceOption = new("--device")
    {
        Description = "show only this device: 0000:01:00.0 or 01:00.0",
        HelpName = "BDF",
    };

    public static void AddTo(Command command)
    {
        command.Add(PidOption);
        command.Add(VmOption);
        command.Add(DeviceOption);
    }

    public static ActivityFilter From(ParseResult parsed) => new(
        parsed.GetValue(PidOption), parsed.GetValue(VmOption), parsed.GetValue(DeviceOption));

    /// <summary>Reads a recording that has something of what is wanted.</summary>
    /// <exception cref="UserException">It cannot be read (2), or nothing in it matches (1).</exception>
    public static RecordedCapture Read(string path, ActivityFilter filter)
    {
        RecordedCapture recorded = RecordedCapture.Read(path);
        return recorded.Has(filter) ? recorded : throw new UserException(ExitCode.No, $"{path}: {recorded.WhatThereIs(filter)}");
    }
}
