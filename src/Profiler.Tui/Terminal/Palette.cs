using Profiler.Tui.Drawing;
using Terminal.Gui.Drawing;
using Attribute = Terminal.Gui.Drawing.Attribute;

namespace Profiler.Tui.Terminal;

/// <summary>How styles look on a kind of terminal: in its own sixteen colours, or by weight alone.</summary>
internal sealed class Palette
{
    private readonly Attribute[] _attributes;

    public Palette(TerminalKind kind)
    {
        Attribute Look(ColorName16? colour, TextStyle style = TextStyle.None) =>
            // The terminal's own background, and foreground where no colour is wanted (SGR 39, 49).
            new(kind.Colours && colour is { } name ? new Color(name) : Color.None, Color.None, style);
        _attributes = new Attribute[Enum.GetValues<Style>().Length];
        foreach (Style style in Enum.GetValues<Style>())
        {
            _attributes[(int)style] = style switch
            {
                Style.Strong => Look(null, TextStyle.Bold),
                Style.Faint => Look(null, TextStyle.Faint),
                Style.Heading => Look(null, TextStyle.Reverse),
                Style.Selected => Look(null, TextStyle.Bold | TextStyle.Reverse),
                Style.Alarm => Look(ColorName16.Red, TextStyle.Bold),
                Style.Warning => Look(ColorName16.Yellow, TextStyle.Bold),
                Style.Good => Look(ColorName16.Green),
                Style.Reset => Look(ColorName16.Cyan),
                Style.Waiting => Look(ColorName16.Yellow),
                Style.Release => Look(ColorName16.Blue),
                Style.Process => Look(ColorName16.Magenta),
                _ => Look(null),
            };
        }
    }

    /// <summary>How a style looks.</summary>
    public Attribute Of(Style style) => _attributes[(int)style];

    /// <summary>For the library's own views: status bar, field, dialog.</summary>
    public Scheme Scheme => new(Of(Style.Plain))
    {
        HotNormal = Of(Style.Strong),
        Focus = Of(Style.Selected),
        HotFocus = Of(Style.Selected),
        Active = Of(Style.Plain),
        HotActive = Of(Style.Strong),
        Highlight = Of(Style.Strong),
        Editable = Of(Style.Strong),
        ReadOnly = Of(Style.Plain),
        Disabled = Of(Style.Faint),
    };
}
