using Google.Protobuf;

namespace Profiler.Cli.Tests.Otlp;

/// <summary>What one push told, read by Google's own library with the field numbers of opentelemetry-proto 1.3.2.</summary>
internal sealed class OtlpMetrics
{
    public Dictionary<string, string> Resource { get; } = [];

    /// <summary>The first data point of each histogram.</summary>
    public Dictionary<string, OtlpHistogram> Histograms { get; } = [];

    /// <summary>How many data points each metric has.</summary>
    public Dictionary<string, int> Points { get; } = [];

    public static OtlpMetrics Parse(byte[] request)
    {
        var metrics = new OtlpMetrics();
        foreach (Field resourceMetrics in Fields(request).Where(f => f.Number == 1))
        {
            foreach (Field attribute in resourceMetrics.Inner.Where(f => f.Number == 1).SelectMany(f => f.Inner).Where(f => f.Number == 1))
                metrics.Resource[attribute.First(1).Text] = attribute.First(2).First(1).Text;
            foreach (Field metric in resourceMetrics.Inner.Where(f => f.Number == 2).SelectMany(f => f.Inner).Where(f => f.Number == 2))
                metrics.Add(metric);
        }
        return metrics;
    }

    private void Add(Field metric)
    {
        string name = metric.First(1).Text;
        Field data = metric.Inner.Single(f => f.Number is 5 or 7 or 10);
        Field[] points = [.. data.Inner.Where(f => f.Number == 1)];
        Points[name] = points.Length;
        if (data.Number == 10)
            Histograms[name] = OtlpHistogram.Parse(points[0]);
    }

    private static List<Field> Fields(byte[] message)
    {
        var fields = new List<Field>();
        var input = new CodedInputStream(message);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            fields.Add(WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => new Field(WireFormat.GetTagFieldNumber(tag), input.ReadUInt64(), []),
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

        public Field First(int number) => Inner.First(f => f.Number == number);
    }
}

/// <summary>An ExponentialHistogramDataPoint.</summary>
internal sealed record OtlpHistogram(long Count, double Sum, int Scale, IReadOnlyList<(int Index, ulong Count)> Buckets)
{
    public static OtlpHistogram Parse(OtlpMetrics.Field point)
    {
        var buckets = new List<(int, ulong)>();
        if (point.Inner.FirstOrDefault(f => f.Number == 8) is { } positive)
        {
            int index = ZigZag(positive.First(1).Value);
            var counts = new CodedInputStream(positive.First(2).Bytes);
            while (!counts.IsAtEnd)
            {
                ulong count = counts.ReadUInt64();
                if (count > 0)
                    buckets.Add((index, count));
                index++;
            }
        }
        return new OtlpHistogram(
            (long)point.First(4).Value, point.First(5).Double, ZigZag(point.First(6).Value), buckets);
    }

    private static int ZigZag(ulong value) => (int)(value >> 1) ^ -(int)(value & 1);
}
