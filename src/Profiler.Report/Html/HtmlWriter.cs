using System.Globalization;

namespace Profiler.Report.Html;

/// <summary>
/// Writes HTML that is also XML: every element is closed, every text and value escaped. There is no way to write a text that is markup.
/// </summary>
/// <param name="to">Receives the page.</param>
internal sealed class HtmlWriter(TextWriter to)
{
    private int _depth;

    /// <summary>Opens an element on a line of its own; what is written until the result is disposed is inside.</summary>
    public Scope Open(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Start(name, attributes);
        to.Write('>');
        _depth++;
        return new Scope(this, name);
    }

    /// <summary>An element with a text, on one line.</summary>
    public void Text(string name, string text, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Start(name, attributes);
        to.Write('>');
        to.Write(Escaped(text));
        to.Write($"</{name}>");
    }

    /// <summary>An element without content: one of HTML that has none, or one of SVG.</summary>
    public void Empty(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Start(name, attributes);
        to.Write("/>");
    }

    /// <summary>The page's type, and the first element.</summary>
    public Scope Page(string language)
    {
        to.Write("<!DOCTYPE html>");
        return Open("html", ("lang", language));
    }

    /// <summary>A style sheet of ours, which is not escaped.</summary>
    public void Style(string css) => to.Write($"\n<style>\n{css}</style>");

    /// <summary>A number as CSS and SVG have it.</summary>
    public static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private void Start(string name, ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        to.Write('\n');
        for (int i = 0; i < _depth; i++)
            to.Write(' ');
        to.Write($"<{name}");
        foreach ((string attribute, string? value) in attributes)
        {
            if (value is not null)
                to.Write($" {attribute}=\"{Escaped(value)}\"");
        }
    }

    private static string Escaped(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);

    private void Close(string name)
    {
        _depth--;
        to.Write($"\n{new string(' ', _depth)}</{name}>");
    }

    /// <summary>An open element.</summary>
    internal readonly ref struct Scope(HtmlWriter html, string name)
    {
        public void Dispose() => html.Close(name);
    }
}
