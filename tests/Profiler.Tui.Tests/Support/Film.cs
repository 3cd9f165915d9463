using Profiler.Core.Capture;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Tests.Support;

/// <summary>Frames of a state, one after another, a tenth of a second apart, from what is known to what a terminal gets.</summary>
internal sealed class Film : IDisposable
{
    private readonly HeadlessTerminal _terminal;
    private readonly IntervalHistory _history = new();
    private readonly FlightMemo _flights = new();
    private readonly ViewState _view;
    private ProfileState _state;

    public Film(ProfileState state, ViewState view, int width, int height)
    {
        (_state, _view, _terminal) = (state, view, new HeadlessTerminal(width, height));
        _history.Observe(state.Snapshot, state.NowNs);
    }

    /// <summary>Draws and sends one.</summary>
    public void Next()
    {
        _state = _state with { NowNs = _state.NowNs + 100_000_000 };
        _terminal.Window.Show(new Scene(_state, _view, _terminal.Window.Size) { History = _history, Flights = _flights });
        _terminal.Draw();
    }

    public void Dispose() => _terminal.Dispose();
}
