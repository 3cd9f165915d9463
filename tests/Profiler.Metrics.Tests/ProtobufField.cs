using Google.Protobuf;

namespace Profiler.Metrics.Tests;

/// <summary>One field of a protobuf message, read by Google's own library.</summary>
internal sealed record ProtobufField(int Number, ulong Value, byte[] Bytes)
{
    public static ProtobufField[] Parse(byte[] message)
    {
        var fields = new List<ProtobufField>();
        var input = new CodedInputStream(message);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            int number = WireFormat.GetTagFieldNumber(tag);
            fields.Add(WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => new ProtobufField(number, input.ReadUInt64(), []),
                WireFormat.WireType.Fixed64 => new ProtobufField(number, input.ReadFixed64(), []),
                WireFormat.WireType.LengthDelimited => new ProtobufField(number, 0, input.ReadBytes().ToByteArray()),
                var type => throw new InvalidDataException($"wire type {type}"),
            });
        }
        return [.. fields];
    }

    public ProtobufField[] Inner => Parse(Bytes);

    public string Text => System.Text.Encoding.UTF8.GetString(Bytes);

    public double Double => BitConverter.UInt64BitsToDouble(Value);

    public IEnumerable<ProtobufField> All(int number) => Inner.Where(f => f.Number == number);

    /// <summary>The first of that number; an empty one if it is not there, as of what is 0.</summary>
    public ProtobufField First(int number) => All(number).FirstOrDefault() ?? new ProtobufField(number, 0, []);
}
