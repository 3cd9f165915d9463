using Google.Protobuf;

namespace Profiler.Metrics.Tests.Otlp;

/// <summary>What one push told, read by Google's own library with the field numbers of opentelemetry-proto 1.3.2.</summary>
internal sealed class OtlpMetrics
{
    public Dictionary<string, string> Resource { get; } = [];

    /// <summary>The data points of each metric.</summary>
    public Dictionary<string, List<OtlpPoint>> Points { get; } = [];

    /// <summary>A metric's first data point; null if there is no such metric.</summary>
    public OtlpPoint? First(string name) => Points.GetValueOrDefault(name)?[0];

    public static OtlpMetrics Parse(byte[] request)
    {
        var metrics = new OtlpMetrics();
        foreach (Field resourceMetrics in Fields(request).Where(f => f.Number == 1))
        {
            foreach ((string name, string value) in resourceMetrics.First(1).Attributes(1))
                metrics.Resource.Add(name, value);
            foreach (Field metric in resourceMetrics.All(2).SelectMany(f => f.All(2)))
                metrics.Add(metric);
        }
        return metrics;
    }

    private void Add(Field metric)
    {
        Field data = metric.Inner.Single(f => f.Number is 5 or 7 or 10);
        Points[metric.First(1).Text] = [.. data.All(1).Select(p => data.Number == 10 ? OtlpPoint.OfHistogram(p) : OtlpPoint.OfNumber(p))];
    }

    internal static List<Field> Fields(byte[] message)
    {
        var fields = new List<Field>();
        var input = new CodedInputStream(message);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            fields.Add(WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => new Field(WireFormat.GetTagFieldNumber(tag), input.ReadUInt64(), []),
                WireFormat.WireType.Fixed32 => new Field(WireFormat.GetTagFieldNumber(tag), input.ReadFixed32(), []),
                WireFormat.WireType.Fixed64 => new Field(WireFormat.GetTagFieldNumber(tag), input.ReadFixed64(), []),
                WireFormat.WireType.LengthDelimited => new Field(WireFormat.GetTagFieldNumber(tag), 0, input.ReadBytes().ToByteArray()),
                var type => throw new InvalidDataException($"wire type {type}"),
            });
        }
        return fields;
    }

    /// <summary>One field of a message.</summary>
    internal sealed record Field(int Number, ulong Value, byte[] Bytes)
    {
        public IEnumerable<Field> Inner => Fields(Bytes);

        public string Text => System.Text.Encoding.UTF8.GetString(Bytes);

        public double Double => BitConverter.UInt64BitsToDouble(Value);

        public IEnumerable<Field> All(int number) => Inner.Where(f => f.Number == number);

        public Field First(int number) => All(number).First();

        /// <summary>KeyValues, of which the values are strings.</summary>
        public Dictionary<string, string> Attributes(int number) =>
            All(number).ToDictionary(pair => pair.First(1).Text, pair => pair.First(2).First(1).Text);
    }
}

/// <summary>A NumberDataPoint, which has a value, or an ExponentialHistogramDataPoint.</summary>
internal sealed record OtlpPoint(IReadOnlyDictionary<string, string> Labels, ulong StartNs, double Value)
{
    public long Count { get; private init; }

    public double Sum { get; private init; }

    public int Scale { get; private init; }

    public double Min { get; private init; }

    public double Max { get; private init; }

    public IReadOnlyList<(int Index, ulong Count)> Buckets { get; private init; } = [];

    public IReadOnlyList<(double Value, IReadOnlyDictionary<string, string> Labels)> Exemplars { get; private init; } = [];

    public static OtlpPoint OfNumber(OtlpMetrics.Field point) =>
        new(point.Attributes(7), point.First(2).Value, point.First(4).Double);

    public static OtlpPoint OfHistogram(OtlpMetrics.Field point) => new(point.Attributes(1), point.First(2).Value, 0)
    {
        Count = (long)point.First(4).Value,
        Sum = point.First(5).Double,
        Scale = ZigZag(point.First(6).Value),
        Min = point.First(12).Double,
        Max = point.First(13).Double,
        Buckets = [.. point.All(8).SelectMany(BucketsOf)],
        Exemplars = [.. point.All(11).Select(e => (e.First(3).Double, (IReadOnlyDictionary<string, string>)e.Attributes(7)))],
    };

    private static IEnumerable<(int, ulong)> BucketsOf(OtlpMetrics.Field positive)
    {
        // What is 0 need not be written.
        int index = positive.All(1).Select(f => ZigZag(f.Value)).FirstOrDefault();
        var counts = new CodedInputStream(positive.First(2).Bytes);
        for (; !counts.IsAtEnd; index++)
        {
            if (counts.ReadUInt64() is > 0 and var count)
                yield return (index, count);
        }
    }

    private static int ZigZag(ulong value) => (int)(value >> 1) ^ -(int)(value & 1);
}
