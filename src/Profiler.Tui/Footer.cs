using Profiler.Core.Capture;

namespace Profiler.Tui;

/// <summary>What was just done, else the keys that do something here; those that matter most first.</summary>
internal static class Footer
{
    public static void Draw(Canvas canvas, Area area, ProfileState state, ViewState view)
    {
        if (view.Message is { } message && !view.Typing)
        {
            canvas.Write(area.X, area.Y, message, Ink.Strong, area.Right);
            return;
        }
        if (view.Typing)
        {
            canvas.Write(canvas.Write(area.X, area.Y, $"/{view.Filter}_", Ink.Strong, area.Right) + 2, area.Y,
                "Enter keeps it, Esc shows all", Ink.Faint, area.Right);
            return;
        }
        int x = area.X;
        foreach ((string key, string what) in Keys(state, view))
        {
            if (x + key.Length + 1 + what.Length > area.Right)
                break;
            x = canvas.Write(x, area.Y, key, Ink.Strong, area.Right);
            x = canvas.Write(x + 1, area.Y, what, Ink.Faint, area.Right) + 2;
        }
    }

    private static IEnumerable<(string Key, string What)> Keys(ProfileState state, ViewState view)
    {
        yield return ("q", "quit");
        if (view.Help || view.Detail is not null)
        {
            yield return ("Esc", "back");
            yield return ("j/k", "scroll");
            if (!view.Help)
                yield return ("←→", "sideways");
            yield break;
        }
        yield return ("?", "help");
        yield return ("Tab", "page");
        if (view.Page == Page.Shutdowns)
            yield return ("Enter", "open");
        if (state.Playback is not null)
        {
            yield return ("Space", view.Paused ? "play" : "pause");
            yield return ("←→", "5 s");
            yield return ("+-", "speed");
        }
        else
            yield return ("p", view.Paused ? "go on" : "pause");
        if (view.Page == Page.Histograms)
            yield return ("v", "other");
        yield return ("/", "filter");
        if (Lists.Orders(view.Page) > 1)
            yield return ("s", "sort");
        yield return ("w", "write");
        yield return ("r", "reset counts");
        if (view.Page != Page.Histograms)
            yield return ("j/k", "move");
    }
}
