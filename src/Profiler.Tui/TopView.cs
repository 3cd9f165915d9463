using System.Diagnostics;
using Profiler.Core.Capture;
using Profiler.Host.Files;

namespace Profiler.Tui;

/// <summary>
/// The view on a terminal: draws when something happened, a few times a second while anything is in flight, else once a
/// second; does what keys ask for.
/// </summary>
/// <param name="player">What is shown.</param>
/// <param name="screen">Where.</param>
/// <param name="only">What the command line asked for.</param>
public sealed class TopView(Player player, Screen screen, ActivityFilter only)
{
    // Keys and events are looked for this often; that alone costs next to nothing.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WhileInFlight = TimeSpan.FromMilliseconds(120), Idle = TimeSpan.FromSeconds(1);

    private readonly IntervalHistory _history = new();
    private ViewState _view = ViewState.First with { Only = only };
    private ProfileState _state = player.State();
    private long _seen = -1;
    private long _drawnAt;
    private (int, int) _size;

    /// <summary>
    /// Runs until somebody quits, it is stopped, or the source fails. On a thread of its own: a timer's ticks would wake
    /// several of the thread pool each time, and each of them spins for a while.
    /// </summary>
    public void Run(CancellationToken stop)
    {
        do
        {
            player.ThrowIfFailed();
            bool pressed = false;
            foreach (ConsoleKeyInfo key in Screen.Pressed())
            {
                pressed = true;
                (_view, Request request) = Keys.Press(_view, key, Choice.Of(_state, _view, Screen.Height));
                if (request == Request.Quit)
                    return;
                Do(request);
            }
            if (pressed || IsDue())
                Draw();
        }
        while (!stop.WaitHandle.WaitOne(Look));
    }

    private bool IsDue()
    {
        if (player.Batches != _seen || (Console.WindowWidth, Console.WindowHeight) != _size)
            return true;
        bool moves = !_state.Snapshot.Operations.IsEmpty || !_state.Snapshot.ShutdownsInFlight.IsEmpty || (player.IsReplay && !_state.Ended);
        return Stopwatch.GetElapsedTime(_drawnAt) >= (moves && !_view.Paused ? WhileInFlight : Idle);
    }

    private void Draw()
    {
        (_seen, _drawnAt, _size) = (player.Batches, Stopwatch.GetTimestamp(), (Console.WindowWidth, Console.WindowHeight));
        ProfileState now = player.State();
        // Behind a view that stands still, what comes is counted nevertheless.
        _history.Observe(now.Snapshot, now.NowNs);
        if (!_view.Paused || player.IsReplay)
            _state = now;
        screen.Draw(canvas => Frame.Draw(canvas, _state, _view, _history));
    }

    private void Do(Request request)
    {
        switch (request)
        {
            case Request.Pause: player.Pause(_view.Paused); break;
            case Request.Faster: player.Speed *= 2; break;
            case Request.Slower: player.Speed /= 2; break;
            case Request.Forward: player.Seek(Player.Step); break;
            case Request.Back:
                player.Seek(-Player.Step);
                _history.Clear();
                break;
            case Request.ResetCounts:
                player.ResetCounts();
                _history.Clear();
                _view = _view with { Message = "all counts begin anew" };
                break;
            case Request.WriteRecording:
                _view = _view with { Message = RecordingFile.Save(player, DateTimeOffset.UtcNow) };
                break;
        }
    }
}
