using Profiler.Core.Capture;
using Profiler.Host.Files;
using Profiler.Tui.Drawing;
using Profiler.Tui.Terminal;

namespace Profiler.Tui;

/// <summary>
/// Shows a player in a window and runs commands. It redraws after new events, at each poll while an operation, shutdown or
/// start is in progress, otherwise once a second.
/// </summary>
internal sealed class Top
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly Player _player;
    private readonly TopWindow _window;
    private readonly TerminalKind _kind;
    private readonly TimeProvider _time;
    private readonly IntervalHistory _history = new();
    private readonly FlightMemo _flights = new();
    private ProfileState _state;
    private long _seen = -1, _shownAt;
    private (int, int) _size;
    private bool _asking;

    /// <param name="player">Player to show.</param>
    /// <param name="window">Window to draw in.</param>
    /// <param name="only">Filter of the command line.</param>
    /// <param name="kind">Capabilities of the terminal.</param>
    /// <param name="time">Clock for the redraw once a second.</param>
    public Top(Player player, TopWindow window, ActivityFilter only, TerminalKind kind, TimeProvider time)
    {
        (_player, _window, _kind, _time) = (player, window, kind, time);
        (View, _state) = (ViewState.First with { Only = only }, player.State());
        window.Asked += Do;
        window.Clicked += hit => Show(Commands.Click(Scene, hit));
        window.FilterTyped += text => Show(View with { Filter = text });
    }

    /// <summary>The current selections of the user.</summary>
    public ViewState View { get; private set; }

    /// <summary>To be called at each poll.</summary>
    /// <exception cref="Exception">The error of the source.</exception>
    public void Look()
    {
        _player.ThrowIfFailed();
        // No redraw while a dialog is open: the view behind it does not change.
        if (!_asking && IsDue())
            Show(View);
    }

    private Scene Scene => new(_state, View, _window.Size) { History = _history, Flights = _flights };

    private bool IsDue()
    {
        if (_player.Batches != _seen || _size != _window.Size)
            return true;
        bool moves = !_state.Snapshot.Operations.IsEmpty || !_state.Snapshot.ShutdownsInFlight.IsEmpty ||
            !_state.Snapshot.StartsInFlight.IsEmpty || (_player.IsReplay && !_state.Ended);
        return (moves && !View.Paused) || _time.GetElapsedTime(_shownAt) >= Idle;
    }

    private void Show(ViewState view)
    {
        View = view;
        (_seen, _shownAt, _size) = (_player.Batches, _time.GetTimestamp(), _window.Size);
        ProfileState now = _player.State();
        // The history continues while the view is paused.
        _history.Observe(now.Snapshot, now.NowNs);
        if (!View.Paused || _player.IsReplay)
            _state = now;
        _window.Show(Scene);
    }

    private void Do(ViewCommand command)
    {
        Show(Commands.Apply(Scene, command));
        switch (command)
        {
            case ViewCommand.Quit: _window.RequestStop(); break;
            case ViewCommand.Filter when View.Open is null: _window.Type(View.Filter); break;
            case ViewCommand.Pause: _player.Pause(View.Paused); break;
            case ViewCommand.Faster: _player.Speed *= 2; break;
            case ViewCommand.Slower: _player.Speed /= 2; break;
            case ViewCommand.Later: _player.Seek(Player.Step); break;
            case ViewCommand.Earlier when _player.IsReplay:
                _player.Seek(-Player.Step);
                _history.Clear();
                break;
            case ViewCommand.Clear: Clear(); break;
            case ViewCommand.Write: Show(View with { Message = RecordingFile.Save(_player, _time.GetUtcNow()) }); break;
            case ViewCommand.Stop: TerminalGuard.StopOurselves(); break;
            case ViewCommand.Redraw: _window.DrawAnew(); break;
        }
    }

    private void Clear()
    {
        _asking = true;
        bool yes = _window.App is { } app && ClearDialog.Ask(app, _kind);
        _asking = false;
        if (yes)
        {
            _player.ResetCounts();
            _history.Clear();
        }
        Show(View with { Message = yes ? "statistics cleared" : null });
    }
}
