using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Support;

/// <summary><c>serve</c> of the shipped program, as a process with an environment and signals of its own.</summary>
internal sealed class ExporterProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource<Uri> _url = new();
    private readonly ConcurrentQueue<string> _lines = [];
    private readonly Process _process;
    private readonly Task<string> _error;

    /// <param name="environment">On top of ours.</param>
    /// <param name="arguments">Of serve.</param>
    public ExporterProcess(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        // A shell may have started the tests with signals ignored.
        var start = new ProcessStartInfo("env", ["--default-signal", ShippedProgram.Path, "serve", "--web.listen-address", "127.0.0.1:0", .. arguments])
        {
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _error = ReadError();
    }

    /// <summary>Where it serves, once it does.</summary>
    public Task<Uri> Url => _url.Task.WaitAsync(Patience);

    public bool HasEnded => _process.HasExited;

    /// <summary>Where it serves, or when it has ended without.</summary>
    public Task UrlOrEnd => Task.WhenAny(_url.Task, _error).WaitAsync(Patience);

    /// <summary>Its process id: that of the kernel half.</summary>
    public int Id => _process.Id;

    /// <summary>The process id of the half that answers requests.</summary>
    public int HttpHalf => Directory.GetDirectories($"/proc/{Id}/task")
        .SelectMany(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(id => int.Parse(id, System.Globalization.CultureInfo.InvariantCulture)).Single();

    /// <summary>What it has written to stderr so far.</summary>
    public string Error => string.Concat(_lines.Select(line => line + "\n"));

    /// <summary>Asks it to end; what it wrote to stderr.</summary>
    public async Task<(int Code, string Error)> Terminate()
    {
        await Signal("TERM");
        return await End();
    }

    /// <param name="name">Such as HUP.</param>
    public Task Signal(string name) => Signal(_process.Id, name);

    /// <summary>Sends a signal to any process.</summary>
    public static async Task Signal(int id, string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits for a line on stderr that contains a text.</summary>
    public Task Says(string text) => Eventually.Get(
        () => Task.FromResult(_lines.ToArray()), lines => lines.Any(line => line.Contains(text, StringComparison.Ordinal)));

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

    private async Task<string> ReadError()
    {
        var error = new StringBuilder();
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            error.Append(line).Append('\n');
            _lines.Enqueue(line);
            if (Serving.AddressIn(line) is { } url)
                _url.TrySetResult(url);
        }
        return error.ToString();
    }
}
