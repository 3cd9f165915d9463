using Profiler.Core.Capture;
using Profiler.Tui;

namespace Profiler.Tui.Tests.Support;

/// <summary>Frames of a state, one after another, a millisecond apart, as a terminal in colours gets them.</summary>
internal sealed class Film
{
    private readonly Canvas _canvas;
    private readonly TerminalWriter _writer = new(new TerminalKind(Colours: true, Unicode: true));
    private readonly IntervalHistory _history = new();
    private readonly ViewState _view;
    private ProfileState _state;

    public Film(ProfileState state, ViewState view, int width, int height)
    {
        (_state, _view, _canvas) = (state, view, new Canvas(width, height));
        _history.Observe(state.Snapshot, state.NowNs);
    }

    /// <summary>Draws and encodes one.</summary>
    public void Next()
    {
        _state = _state with { NowNs = _state.NowNs + 1_000_000 };
        Frame.Draw(_canvas, _state, _view, _history);
        _writer.Encode(_canvas);
    }
}
