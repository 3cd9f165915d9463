using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Cli.Unix;

/// <summary>The progress of a recording: one line on stderr, if that is a terminal.</summary>
internal sealed class ProgressLine : IDisposable
{
    private readonly Profile _profile;
    private readonly Timer? _timer;
    private bool _shown;

    public ProgressLine(Profile profile)
    {
        _profile = profile;
        if (!Console.IsErrorRedirected)
            _timer = new Timer(_ => Show(), null, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.5));
    }

    /// <summary>The line.</summary>
    /// <param name="width">Maximum number of characters.</param>
    internal static string Line(Snapshot snapshot, long elapsedNs, long nowNs, long lost, int width)
    {
        string line = $"recording {elapsedNs / 1_000_000_000} s, {snapshot.Histograms.Release.Count} released";
        if (snapshot.Operations is [var first, ..])
        {
            string doing = first.State switch
            {
                OperationState.Resetting => "in reset",
                OperationState.WaitingForLock => "waiting for a lock",
                _ => first.Kind.Doing(),
            };
            line += $", {snapshot.Operations.Length} in flight: {first.Device} {doing} for {Figures.Text(Math.Max(0, nowNs - first.StateSinceNs))}";
        }
        if (lost > 0)
            line += $", {lost} EVENTS LOST";
        return line.Length <= width ? line : line[..width];
    }

    public void Dispose()
    {
        // Waits for a line that is being written, so that it does not follow the next output.
        using var idle = new ManualResetEvent(false);
        if (_timer?.Dispose(idle) ?? false)
            idle.WaitOne();
        if (_shown)
            Console.Error.Write("\r\u001b[K");
        _shown = false;
    }

    private void Show()
    {
        ProfileState state = _profile.State();
        _shown = true;
        Console.Error.Write("\r\u001b[K" + Line(
            state.Snapshot, state.NowNs - state.Info.StartNs, state.NowNs, state.Health.Lost ?? 0,
            Math.Max(20, Console.WindowWidth - 1)));
    }
}
