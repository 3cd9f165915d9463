using Profiler.Cli.Release.Vfio;
using Profiler.Cli.Unix;
using Profiler.Core;
using Profiler.Host.Pci;
using Profiler.Linux;

namespace Profiler.Cli.Release;

/// <summary>
/// The code of a worker process: opens its devices, reports it, and exits with them open when its input ends. So it also
/// exits when the process that started it does.
/// </summary>
internal static class Worker
{
    /// <summary>The line on stdout when all devices are open.</summary>
    public const string Ready = "ready";

    /// <summary>The hidden option that makes a <c>release</c> a worker.</summary>
    public const string Option = "--worker";

    /// <returns>Only if the devices cannot be opened; the error is on stdout.</returns>
    public static int Run(IEnumerable<string> arguments, IommuOptions iommu)
    {
        // Ctrl-C reaches all processes of the terminal: the parent decides when to release.
        StopSignals.Action = OnStop.Ignore;
        new Thread(ExitWithInput) { IsBackground = true }.Start();
        try
        {
            // Never disposed: the kernel is to close these descriptors.
            _ = OpenDevices.Open(new DeviceArguments(new PciSysfs(), iommu.Api).Resolve(arguments), iommu, CancellationToken.None);
        }
        catch (UserException e)
        {
            Console.Out.WriteLine(WorkerFailure.Write(e));
            return e.Code;
        }
        Console.Out.WriteLine(Ready);
        Thread.Sleep(Timeout.Infinite);
        return ExitCode.Done;
    }

    private static void ExitWithInput()
    {
        using Stream input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
        }
        // Directly to the kernel's do_exit, as when killed; the shutdown of the .NET runtime takes time.
        Posix._exit(ExitCode.Done);
    }
}
