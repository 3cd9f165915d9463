using Profiler.Core.Protobuf;

namespace Profiler.Metrics.Otlp.Messages;

/// <summary>Attributes, in the order in which they were added; what is null is left out. A name is added once.</summary>
internal sealed class AttributeList
{
    private readonly List<(string Name, object Value)> _all = [];

    public void Add(string name, string? value)
    {
        if (value is not null)
            _all.Add((name, value));
    }

    public void Add(string name, long? value)
    {
        if (value is { } known)
            _all.Add((name, known));
    }

    public void Add(string name, bool? value)
    {
        if (value is { } known)
            _all.Add((name, known));
    }

    /// <param name="name">Its name.</param>
    /// <param name="ns">Nanoseconds; written as seconds.</param>
    public void AddSeconds(string name, long? ns)
    {
        if (ns is { } known)
            _all.Add((name, known / 1e9));
    }

    /// <summary>Adds it if it is true.</summary>
    public void AddIf(string name, bool value)
    {
        if (value)
            _all.Add((name, true));
    }

    /// <summary>Adds a list that is not empty.</summary>
    public void Add(string name, IReadOnlyCollection<string> values)
    {
        if (values.Count > 0)
            _all.Add((name, values));
    }

    /// <summary>Writes each as a KeyValue (opentelemetry/proto/common/v1/common.proto).</summary>
    /// <param name="to">The message that has them.</param>
    /// <param name="field">The field of that message.</param>
    public void Write(ProtobufWriter to, int field)
    {
        foreach ((string name, object value) in _all)
            Write(to, field, name, value);
    }

    /// <inheritdoc cref="Write(ProtobufWriter, int)"/>
    public static void Write(ProtobufWriter to, int field, string name, object value)
    {
        int pair = to.BeginMessage(field);
        to.String(1, name);
        WriteValue(to, 2, value);
        to.EndMessage(pair);
    }

    /// <summary>Writes an AnyValue.</summary>
    public static void WriteValue(ProtobufWriter to, int field, object value)
    {
        int any = to.BeginMessage(field);
        switch (value)
        {
            case bool flag: to.Varint(2, flag ? 1u : 0u); break;
            case int number: to.Varint(3, (ulong)number); break;
            case long number: to.Varint(3, (ulong)number); break;
            case double number: to.Double(4, number); break;
            case IReadOnlyCollection<string> texts:
                int array = to.BeginMessage(5);
                foreach (string text in texts)
                    WriteValue(to, 1, text);
                to.EndMessage(array);
                break;
            default: to.String(1, value.ToString() ?? ""); break;
        }
        to.EndMessage(any);
    }
}
