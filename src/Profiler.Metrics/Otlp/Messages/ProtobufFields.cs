namespace Profiler.Metrics.Otlp.Messages;

/// <summary>Goes through the fields of a message that somebody else wrote; it ends where that is damaged.</summary>
/// <param name="message">The message.</param>
internal ref struct ProtobufFields(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    public int Number { get; private set; }

    /// <summary>Of a number.</summary>
    public ulong Value { get; private set; }

    /// <summary>Of a text, of bytes or of a message; else empty.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Moves to the next field.</summary>
    /// <returns>False at the end.</returns>
    public bool Next()
    {
        Value = 0;
        Bytes = default;
        if (_rest.IsEmpty || Varint() is not { } tag)
            return false;
        Number = (int)(tag >> 3);
        return (tag & 7) switch
        {
            0 => Varint() is { } value && Is(value),
            1 => Skip(8),
            2 => Varint() is { } length && length <= (ulong)_rest.Length && Take((int)length),
            5 => Skip(4),
            _ => false,
        };
    }

    private bool Is(ulong value)
    {
        Value = value;
        return true;
    }

    private bool Take(int length)
    {
        Bytes = _rest[..length];
        _rest = _rest[length..];
        return true;
    }

    private bool Skip(int length)
    {
        if (_rest.Length < length)
            return false;
        _rest = _rest[length..];
        return true;
    }

    private ulong? Varint()
    {
        ulong value = 0;
        for (int i = 0; i < Math.Min(_rest.Length, 10); i++)
        {
            value |= (ulong)(_rest[i] & 0x7f) << (7 * i);
            if (_rest[i] >= 0x80)
                continue;
            _rest = _rest[(i + 1)..];
            return value;
        }
        return null;
    }
}
