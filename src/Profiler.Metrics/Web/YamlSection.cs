using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Profiler.Metrics.Web;

/// <summary>An error in a configuration file.</summary>
/// <param name="line">Line number, from 1.</param>
/// <param name="message">The error and its correction.</param>
internal sealed class WebConfigException(long line, string message, Exception? inner = null) : Exception(message, inner)
{
    public long Line { get; } = line;
}

/// <summary>One mapping of a YAML file. Each read removes the entry; the remaining entries are unknown settings.</summary>
internal sealed class YamlSection
{
    private readonly Dictionary<string, (YamlNode Key, YamlNode Value)> _entries = new(StringComparer.Ordinal);

    /// <param name="node">The mapping; null or an empty scalar for an empty mapping.</param>
    /// <param name="name">Its name in error messages.</param>
    public YamlSection(YamlNode? node, string name)
    {
        Line = node?.Start.Line ?? 1;
        Name = name;
        if (node is null or YamlScalarNode { Value: null or "" or "null" or "~" })
            return;
        if (node is not YamlMappingNode mapping)
            throw new WebConfigException(Line, $"{name} must be a mapping of names to values");
        foreach ((YamlNode key, YamlNode value) in mapping.Children)
            _entries[(key as YamlScalarNode)?.Value ?? throw new WebConfigException(key.Start.Line, "a name must be a plain word")] = (key, value);
    }

    public string Name { get; }

    public long Line { get; }

    /// <summary>Takes all remaining entries, as names and texts.</summary>
    public IReadOnlyList<(string Name, string Value, long Line)> Texts() =>
        [.. _entries.ToList().Select(e => (e.Key, Text(e.Key) ?? "", e.Value.Key.Start.Line))];

    /// <summary>A subsection; null if missing.</summary>
    public YamlSection? Section(string name) => Take(name) is { } node ? new YamlSection(node, name) : null;

    /// <summary>Null if missing or empty.</summary>
    public string? Text(string name) => Take(name) switch
    {
        null => null,
        YamlScalarNode { Value: null or "" } => null,
        YamlScalarNode scalar => scalar.Value,
        var other => throw new WebConfigException(other.Start.Line, $"{name} must be a single value"),
    };

    /// <summary>A text, parsed.</summary>
    /// <param name="parse">Returns null if the text is invalid.</param>
    /// <param name="hint">Valid values, for the error message.</param>
    public T? Parse<T>(string name, Func<string, T?> parse, string hint) where T : struct
    {
        long line = LineOf(name);
        return Text(name) is not { } text ? null
            : parse(text) ?? throw new WebConfigException(line, $"{name}: {text}: write {hint}");
    }

    public bool? Flag(string name) =>
        Parse(name, text => text switch { "true" => true, "false" => false, _ => (bool?)null }, "true or false");

    public int? Number(string name) => Parse(
        name, text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : (int?)null, "a number");

    /// <summary>Empty if missing.</summary>
    public IReadOnlyList<(string Text, long Line)> List(string name) => Take(name) switch
    {
        null or YamlScalarNode { Value: null or "" } => [],
        YamlSequenceNode list =>
        [
            .. list.Children.Select(child => ((child as YamlScalarNode)?.Value
                ?? throw new WebConfigException(child.Start.Line, $"{name} must be a list of single values"), child.Start.Line)),
        ],
        var other => throw new WebConfigException(other.Start.Line, $"{name} must be a list"),
    };

    /// <summary>The line of an entry that was not taken; the line of the section if missing.</summary>
    public long LineOf(string name) => _entries.TryGetValue(name, out var entry) ? entry.Key.Start.Line : Line;

    /// <summary>Fails if an entry remains.</summary>
    public void End()
    {
        if (_entries.Count > 0)
        {
            (string name, (YamlNode key, _)) = _entries.MinBy(e => e.Value.Key.Start.Line);
            throw new WebConfigException(key.Start.Line, $"unknown setting {name} in {Name}");
        }
    }

    private YamlNode? Take(string name) => _entries.Remove(name, out var entry) ? entry.Value : null;
}
