using Profiler.Tui.Drawing;
using Terminal.Gui.Drawing;
using Attribute = Terminal.Gui.Drawing.Attribute;

namespace Profiler.Tui.Terminal;

/// <summary>Appearance of styles on a kind of terminal: sixteen ANSI colours, or only bold and similar attributes.</summary>
internal sealed class Palette
{
    private readonly Attribute[] _attributes;
    private readonly string[] _sequences;

    public Palette(TerminalKind kind)
    {
        Style[] styles = Enum.GetValues<Style>();
        (_attributes, _sequences) = (new Attribute[styles.Length], new string[styles.Length]);
        foreach (Style style in styles)
        {
            (ColorName16? colour, TextStyle text) = Look(style);
            colour = kind.Colours ? colour : null;
            // The terminal's own background; its own foreground for styles without a colour (SGR 39, 49).
            _attributes[(int)style] = new Attribute(colour is { } name ? new Color(name) : Color.None, Color.None, text);
            _sequences[(int)style] = "\e[0" + (text.HasFlag(TextStyle.Bold) ? ";1" : "") + (text.HasFlag(TextStyle.Faint) ? ";2" : "") +
                (text.HasFlag(TextStyle.Reverse) ? ";7" : "") + (colour is { } sixteenth ? $";{30 + Number(sixteenth)}" : "") + "m";
        }
    }

    /// <summary>The escape sequence of a style (SGR).</summary>
    public string Sequence(Style style) => _sequences[(int)style];

    /// <summary>The library's attribute of a style.</summary>
    public Attribute Of(Style style) => _attributes[(int)style];

    /// <summary>Scheme for the library's own views: status bar, field, dialog.</summary>
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

    private static (ColorName16? Colour, TextStyle Text) Look(Style style) => style switch
    {
        Style.Strong => (null, TextStyle.Bold),
        Style.Faint => (null, TextStyle.Faint),
        Style.Heading => (null, TextStyle.Reverse),
        Style.Selected => (null, TextStyle.Bold | TextStyle.Reverse),
        Style.Alarm => (ColorName16.Red, TextStyle.Bold),
        Style.Warning => (ColorName16.Yellow, TextStyle.Bold),
        Style.Good => (ColorName16.Green, TextStyle.None),
        Style.Reset => (ColorName16.Cyan, TextStyle.None),
        Style.Waiting => (ColorName16.Yellow, TextStyle.None),
        Style.Release => (ColorName16.Blue, TextStyle.None),
        Style.Process => (ColorName16.Magenta, TextStyle.None),
        _ => (null, TextStyle.None),
    };

    // In the order of ECMA-48.
    private static int Number(ColorName16 colour) => colour switch
    {
        ColorName16.Red => 1,
        ColorName16.Green => 2,
        ColorName16.Yellow => 3,
        ColorName16.Blue => 4,
        ColorName16.Magenta => 5,
        ColorName16.Cyan => 6,
        _ => 7,
    };
}
