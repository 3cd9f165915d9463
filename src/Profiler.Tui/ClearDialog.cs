using Profiler.Tui.Terminal;
using Terminal.Gui.App;
using Terminal.Gui.Drawing;
using Terminal.Gui.ViewBase;
using Terminal.Gui.Views;

namespace Profiler.Tui;

/// <summary>Asks whether statistics are to be cleared.</summary>
internal static class ClearDialog
{
    /// <summary>Asks, and waits for the answer.</summary>
    public static bool Ask(IApplication app, TerminalKind kind)
    {
        using Dialog dialog = Create(kind);
        app.Run(dialog);
        return dialog.Result == 0;
    }

    /// <summary>The dialog; its result is 0 for yes.</summary>
    public static Dialog Create(TerminalKind kind)
    {
        var dialog = new Dialog
        {
            Title = "Clear statistics?",
            Text = "Histograms, devices and locks begin anew;\nshutdowns stay. c clears, k or Esc keeps.",
            BorderStyle = kind.Unicode ? LineStyle.Single : LineStyle.None,
            ShadowStyle = ShadowStyles.None,
        };
        dialog.SetScheme(new Palette(kind).Scheme);
        dialog.AddButton(Button("_Clear"));
        dialog.AddButton(Button("_Keep"));
        return dialog;
    }

    private static Button Button(string text) => new() { Text = text, ShadowStyle = ShadowStyles.None, NoDecorations = true };
}
