using System.ComponentModel;
using System.Diagnostics;
using Profiler.Cli.Release.Vfio;
using Profiler.Cli.Usage;
using Profiler.Core;

namespace Profiler.Cli.Release;

/// <summary>
/// Another instance of this program that holds devices (<see cref="Worker"/>): .NET has no fork, and no process can time
/// its own exit.
/// </summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;

    private WorkerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public static WorkerProcess Start(IEnumerable<VfioDevice> devices, IommuOptions iommu)
    {
        string[] arguments =
        [
            "release", "--mode", "exit", Worker.Option,
            "--iommu", EnumNames.Of(iommu.Api), "--dma", iommu.Dma.ToString(), "--page", iommu.Page.Name,
            .. devices.Select(device => device.Address.ToString()),
        ];
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        try
        {
            return new WorkerProcess(Process.Start(start)!);
        }
        catch (Win32Exception e)
        {
            throw UserException.NotPossible($"cannot start another {start.FileName}: {e.Message}", e);
        }
    }

    /// <summary>Returns once the worker holds its devices.</summary>
    /// <exception cref="UserException">It cannot open them, for the reason it gives.</exception>
    /// <exception cref="OperationCanceledException">Stopped; the worker then exits by itself.</exception>
    public void WaitUntilReady(CancellationToken stop)
    {
        using CancellationTokenRegistration release = stop.Register(Release);
        string? line = _process.StandardOutput.ReadLine();
        if (line == Worker.Ready)
            return;
        stop.ThrowIfCancellationRequested();
        throw WorkerFailure.Read(line) ?? EndedEarly();
    }

    /// <exception cref="UserException">It was killed (3).</exception>
    public void MustBeAlive()
    {
        if (_process.HasExited)
            throw EndedEarly();
    }

    /// <summary>Makes it exit, with its devices open.</summary>
    public void Release() => _process.StandardInput.Close();

    /// <summary>Returns when it is reaped, which is after the kernel has released its devices.</summary>
    public void WaitForEnd() => _process.WaitForExit();

    public void Dispose()
    {
        Release();
        WaitForEnd();
        _process.Dispose();
    }

    private UserException EndedEarly() =>
        UserException.NotPossible($"process {Id}, which holds devices, ended too early: do not kill it, end this process instead");
}
