using System.CommandLine;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope release</c>: opens devices and lets them go in a chosen way.</summary>
internal static class ReleaseCommand
{
    public static Command Create()
    {
        var command = new Command("release", "Opens VFIO devices and releases them again, timing each.");
        command.SetAction((_, _) => throw UserException.NotPossible("not yet"));
        return command;
    }
}
