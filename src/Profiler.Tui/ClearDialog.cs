using Profiler.Tui.Terminal;
using Terminal.Gui.App;
using Terminal.Gui.Drawing;
using Terminal.Gui.ViewBase;
using Terminal.Gui.Views;

namespace Profiler.Tui;

/// <summary>Asks for confirmation before statistics are cleared.</summary>
internal static class ClearDialog
{
    private const string Question = "Clear statistics?", What = "Histograms, devices and locks begin anew;\nshutdowns and starts stay. c clears, k or Esc keeps.";

    /// <summary>Shows the dialog and waits for the answer.</summary>
    public static bool Ask(IApplication app, TerminalKind kind)
    {
        using Dialog dialog = Create(kind);
        app.Run(dialog);
        return dialog.Result == 0;
    }

    /// <summary>The dialog; result 0 means yes.</summary>
    public static Dialog Create(TerminalKind kind)
    {
        var dialog = new Dialog
        {
            Title = Question,
            // Without a border no title is shown.
            Text = kind.Unicode ? What : $"{Question}\n{What}",
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
