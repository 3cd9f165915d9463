using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Profiler.Core.Recording;

/// <summary>
/// Payloads that are JSON: as they are, or as one Zstandard frame if that is smaller. The two differ in their first byte.
/// </summary>
internal static class JsonPayload
{
    // Larger payloads are not compressed, so that a reader can refuse what decompresses to more.
    private const int MaxCompressed = 1 << MaxCompressedLog, MaxCompressedLog = 20;

    private static ReadOnlySpan<byte> ZstandardMagic => [0x28, 0xb5, 0x2f, 0xfd];

    /// <summary>The payload for a text.</summary>
    public static byte[] Pack(byte[] json)
    {
        if (json.Length > MaxCompressed)
            return json;
        using var compressor = new Compressor(EventBlocks.Level);
        Span<byte> packed = compressor.Wrap(json);
        return packed.Length < json.Length ? packed.ToArray() : json;
    }

    /// <summary>Reads a payload. Null if it is invalid although its checksum is right: it is skipped like a damaged one.</summary>
    /// <param name="check">Throws <see cref="InvalidDataException"/> for impossible values.</param>
    public static TResult? Parse<T, TResult>(ReadOnlySpan<byte> payload, JsonTypeInfo<T> type, Func<T, TResult> check)
        where T : class
        where TResult : class
    {
        try
        {
            ReadOnlySpan<byte> json = payload.StartsWith(ZstandardMagic) ? Decompress(payload) : payload;
            return JsonSerializer.Deserialize(json, type) is { } value ? check(value) : null;
        }
        catch (Exception e) when (
            e is JsonException or InvalidDataException or NotSupportedException or InvalidOperationException or ZstdException)
        {
            return null;
        }
    }

    // Grows with what is there, not with what the payload claims.
    private static ReadOnlySpan<byte> Decompress(ReadOnlySpan<byte> payload)
    {
        using var decompressor = new Decompressor();
        decompressor.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, MaxCompressedLog);
        var json = new ArrayBufferWriter<byte>();
        while (json.WrittenCount <= MaxCompressed)
        {
            OperationStatus status = decompressor.UnwrapStream(payload, json.GetSpan(4096), out int read, out int written);
            json.Advance(written);
            payload = payload[read..];
            if (status == OperationStatus.Done && payload.IsEmpty)
                return json.WrittenSpan;
            if (status == OperationStatus.InvalidData || (read == 0 && written == 0))
                break;
        }
        throw new InvalidDataException("compressed text that is too long or invalid");
    }
}
