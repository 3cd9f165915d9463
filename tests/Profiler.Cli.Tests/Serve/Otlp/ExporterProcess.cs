using System.Diagnostics;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Serve.Otlp;

/// <summary><c>vfioscope serve</c> as a process of its own, with an environment and signals of its own.</summary>
internal sealed class ExporterProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // As it was built for these tests; what is copied beside them is without its runtime.
    private static readonly string Program = Path.GetFullPath(Golden.Beside(
        $"../../../../src/Profiler.Cli/bin/{new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name}/net10.0/linux-x64/vfioscope"));

    private readonly Process _process;
    private readonly Task<string> _error;

    /// <param name="environment">On top of ours.</param>
    /// <param name="arguments">Of serve.</param>
    public ExporterProcess(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, ["serve", "--web.listen-address", "127.0.0.1:0", .. arguments])
        {
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Asks it to end; what it wrote to stderr.</summary>
    public async Task<(int Code, string Error)> Terminate()
    {
        using Process kill = Process.Start("kill", [$"{_process.Id}"]);
        return await End();
    }

    /// <summary>Waits for it to end by itself.</summary>
    public async Task<(int Code, string Error)> End()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return (_process.ExitCode, await _error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
